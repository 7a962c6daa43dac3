import { invalidParameter, ServiceError } from '../api/service-error.ts';
import type { FunctionRecord } from '../functions/function-record.ts';

/** Always left to functions without a reservation. */
const UNRESERVED_MINIMUM = 100;

/** How many events run at once: of the account, and of functions that have a reservation. */
export class Concurrency {
  /** Of the account. */
  limit: number;
  readonly #all: () => readonly FunctionRecord[];
  readonly #running = new Map<FunctionRecord, number>();
  /** The most at once so far. */
  peak = 0;

  constructor(limit: number, all: () => readonly FunctionRecord[]) {
    this.limit = limit;
    this.#all = all;
  }

  get running(): number {
    return [...this.#running.values()].reduce((sum, count) => sum + count, 0);
  }

  get unreserved(): number {
    return this.limit - this.#all().reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
  }

  /** Takes a place, until the answer is called. @throws ServiceError TooManyRequestsException. */
  take(record: FunctionRecord): () => void {
    const { reservedConcurrency } = record;
    const own = this.#running.get(record) ?? 0;
    if (reservedConcurrency !== undefined) {
      if (own >= reservedConcurrency) throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    } else if (this.#runningUnreserved() >= this.unreserved) throw throttled('ConcurrentInvocationLimitExceeded');
    this.#running.set(record, own + 1);
    this.peak = Math.max(this.peak, this.running);
    return () => {
      const left = (this.#running.get(record) ?? 1) - 1;
      if (left === 0) this.#running.delete(record);
      else this.#running.set(record, left);
    };
  }

  reserve(record: FunctionRecord, count: number): void {
    const available = this.unreserved + (record.reservedConcurrency ?? 0);
    if (count > 0 && available - count < Math.min(UNRESERVED_MINIMUM, this.limit))
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MINIMUM}].`,
      );
    record.reservedConcurrency = count;
  }

  #runningUnreserved(): number {
    let sum = 0;
    for (const [record, count] of this.#running) if (record.reservedConcurrency === undefined) sum += count;
    return sum;
  }
}

export function throttled(reason: string, retryAfterSeconds = 1): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
    Reason: reason,
    Type: 'User',
    retryAfterSeconds,
  });
}
