import { byteCases } from './byte-cases.ts';
import { conditionalCases } from './conditional-cases.ts';
import { contractCases } from './contract-cases.ts';
import { facadeCases } from './facade-cases.ts';
import { facadeFaultCases } from './facade-fault-cases.ts';
import { facadeTransferCases } from './facade-transfer-cases.ts';
import { listingCases } from './listing-cases.ts';
import type { StorageCase } from './storage-case.ts';
import { streamCases } from './stream-cases.ts';

/** All that a storage plugin must show, on its primitives and through the facade. */
export const storageCases: readonly StorageCase[] = [
  ...byteCases,
  ...streamCases,
  ...listingCases,
  ...conditionalCases,
  ...contractCases,
  ...facadeCases,
  ...facadeTransferCases,
  ...facadeFaultCases,
];
