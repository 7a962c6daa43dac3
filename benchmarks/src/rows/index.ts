import type { Row } from '../row.ts';
import { cloudSubmission } from './cloud-submission.ts';
import { cpu } from './cpu.ts';
import { durable } from './durable.ts';
import { growth } from './growth.ts';
import { hello } from './hello.ts';
import { capture, results4, results20 } from './large-values.ts';
import { memory, memoryOfMany } from './memory.ts';
import { noOps100Warm, noOps5000Cold, noOps5000Warm } from './no-ops.ts';
import { packing } from './packing.ts';
import { roundTrip } from './round-trip.ts';
import { stream } from './stream.ts';

/** The table, in its order. A new row is a module of this folder. */
export const ROWS: readonly Row[] = [
  hello,
  roundTrip,
  noOps100Warm,
  noOps5000Cold,
  noOps5000Warm,
  durable,
  stream,
  cpu,
  results20,
  results4,
  capture,
  packing,
  growth,
  memory,
  memoryOfMany,
  cloudSubmission,
];
