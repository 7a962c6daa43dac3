import type { Job } from '../job/job.ts';
import type { Batch } from './batch.ts';
import { payloadTooLarge } from './invocation-failures.ts';

/** Items smaller than this are not put into storage on account of their size. */
const LEAST_STORED_BYTES = 1024;

/** Keeps invocations within what the backend takes: too much together travels one by one, and what is too large alone by storage. */
export class PayloadLimit {
  /** Of the items of an invocation together. Infinity: none. */
  maxBytes = Number.POSITIVE_INFINITY;
  readonly #submit: (job: Job) => void;

  /** @param submit told of a job whose item has been stored: its call is ready again */
  constructor(submit: (job: Job) => void) {
    this.#submit = submit;
  }

  /** Whether these calls of a job can be sent so. Where not they are back in line, now or once their item is stored, or failed. */
  admits(job: Job, { calls, items }: Batch): boolean {
    const bytes = items.byteLength;
    if (bytes <= this.maxBytes) return true;
    const [call] = calls;
    if (calls.length > 1) {
      for (const each of calls) each.isolated = true;
      job.ready.unshift(calls);
    } else if (call !== undefined) {
      // What stands for a stored item is small; if even that is too large there is no help.
      const storing = bytes > LEAST_STORED_BYTES ? job.objects?.storeItem(call) : undefined;
      if (storing === undefined) call.fail(payloadTooLarge(call, bytes, this.maxBytes), 'error');
      else
        storing.then(
          () => {
            job.ready.unshift([call]);
            this.#submit(job);
          },
          (error: unknown) => call.fail(error, 'error'),
        );
    }
    return false;
  }
}
