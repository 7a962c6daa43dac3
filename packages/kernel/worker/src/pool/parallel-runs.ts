import type { CallEvent } from '../call-event.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';
import { EventStream } from '../protocol/index.ts';
import { EncodedValues, ValueBatch } from '../values/index.ts';
import type { InvocationRunner } from './invocation-runner.ts';

/** Shares the calls of each invocation out to several processes, for platforms that give a worker one invocation at a time. */
export class ParallelRuns implements InvocationRunner {
  readonly #pool: InvocationRunner;
  readonly #processes: number;

  /** @param processes of the pool */
  constructor(pool: InvocationRunner, processes: number) {
    this.#pool = pool;
    this.#processes = processes;
  }

  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): AsyncIterable<CallEvent> {
    const parts = partsOf(invocation, this.#processes);
    if (parts.length === 1) return this.#pool.run(invocation, module, signal);
    const events = new EventStream<CallEvent>();
    const stop = new AbortController();
    events.onReturn = () => stop.abort();
    const either = AbortSignal.any([signal, stop.signal]);
    const runs = parts.map((part) => this.#pool.run(part, module, either));
    void forward(runs, events);
    return events;
  }
}

/** A process that dies ends its own calls only: the first death is told when the others are done. */
async function forward(runs: readonly AsyncIterable<CallEvent>[], events: EventStream<CallEvent>): Promise<void> {
  const ends = await Promise.allSettled(
    runs.map(async (run) => {
      for await (const event of run) events.push(event);
    }),
  );
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure === undefined) events.end();
  else events.fail(failure.reason);
}

/** Neighbouring calls go to different processes: what is long in one place of a list is often long beside it, too. */
function partsOf(invocation: Invocation, count: number): Invocation[] {
  const { calls, items } = invocation;
  const parts = Math.min(count, calls.length);
  if (parts <= 1) return [invocation];
  const values = new EncodedValues(items);
  return Array.from({ length: parts }, (_, first) => {
    const batch = new ValueBatch();
    const own: number[] = [];
    for (let position = first; position < calls.length; position += parts) {
      own.push(calls[position] as number); // below length
      const encoded = values.encoded(position);
      if (encoded === undefined) batch.add(values.get(position));
      else batch.addEncoded(encoded);
    }
    return { ...invocation, calls: own, items: batch.finish() };
  });
}
