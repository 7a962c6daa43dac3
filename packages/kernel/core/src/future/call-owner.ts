import type { EncodedValues, StoredValue, ValueTable } from '@lithops/worker/values';
import type { ShownJob } from '../progress/shown-job.ts';
import type { Call } from './call.ts';

/** What all calls of a job share. */
export interface CallOwner {
  readonly executorId: string;
  readonly jobId: string;
  readonly functionName: string;
  /** The job, to show how far it has come; undefined where nothing is to be shown. */
  readonly shown: ShownJob | undefined;
  /** Whether it is kept in storage. */
  readonly durable: boolean;
  /** Resolves when the job outlives this process, if it is durable; at once if it is not. */
  readonly submitted: Promise<void>;
  /** What its values refer to. */
  readonly table: ValueTable;
  /** Size of an item as calls hold it. */
  itemBytes(item: unknown): number | undefined;
  /** Decodes one result of this job. */
  decode(values: EncodedValues, position: number): unknown;
  /** Reads and decodes a result of this job that is in storage. */
  fetch(stored: StoredValue): Promise<unknown>;
  /** Results of this job are inputs of other calls: large ones should not pass through the client. */
  feedsCalls(): void;
  /** Stops the work on calls of this job and settles them as cancelled. */
  cancel(calls: readonly Call[], reason: unknown): void;
  /** Told of each of its calls that becomes final. */
  settled(call: Call): void;
  /** Told when somebody has the result of one of its calls, once. */
  fetched(call: Call): void;
}
