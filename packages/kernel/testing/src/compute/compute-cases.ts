import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import { attemptCases } from './attempt-cases.ts';
import { closureCases } from './closure-cases.ts';
import type { ComputeHarness } from './compute-harness.ts';
import { errorCases } from './error-cases.ts';
import { faultCases } from './fault-cases.ts';
import { flowCases } from './flow-cases.ts';
import { largeValueCases } from './large-value-cases.ts';
import { limitCases } from './limit-cases.ts';
import { objectCases } from './object-cases.ts';
import { resultCases } from './result-cases.ts';

/** All that a compute backend must show, as its users meet it. */
export const computeCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  ...resultCases,
  ...largeValueCases,
  ...errorCases,
  ...closureCases,
  ...faultCases,
  ...attemptCases,
  ...limitCases,
  ...flowCases,
  ...objectCases,
];
