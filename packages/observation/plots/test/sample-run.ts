import type { CallRecord } from '@lithops/core';

const START = Date.UTC(2026, 0, 1);

/** How a job of a sample went. */
export interface SampleJob {
  readonly name: string;
  readonly calls: number;
  readonly workers: number;
  /** Typical time of a call, ms. */
  readonly typicalMs: number;
  /** When it was submitted, ms after the first. */
  readonly at?: number;
  readonly coldMs?: number;
  /** Of a thousand calls: how many fail, and how many have attempts that fail. */
  readonly failing?: number;
  readonly retried?: number;
  /** Of the newest calls: how many still run. */
  readonly open?: number;
}

/** Records of calls that ran nowhere, but could have; the same each time. */
export function sampleRun(jobs: readonly SampleJob[]): CallRecord[] {
  const random = sequence(42);
  return jobs.flatMap((job, place) => jobRecords(job, place, random));
}

function jobRecords(job: SampleJob, place: number, random: () => number): CallRecord[] {
  const { name, calls, workers, typicalMs, at = 0, coldMs = 350, failing = 0, retried = 0, open = 0 } = job;
  const free = Array.from(
    { length: workers },
    (_, i) => at + coldMs * (0.6 + 0.8 * random()) + i * Math.min(3, 900 / workers),
  );
  const heap = free.map((time, worker) => ({ time, worker, used: false })).sort((a, b) => a.time - b.time);
  return Array.from({ length: calls }, (_, index): CallRecord => {
    const slot = earliest(heap);
    const startedAt = slot.time + random() * typicalMs * 0.03;
    const took = typicalMs * Math.exp((random() + random() + random() - 1.5) * 0.7) * (random() < 0.01 ? 3 : 1);
    const fails = random() * 1000 < failing;
    const again = random() * 1000 < retried;
    const lost = again ? took * (0.2 + 0.6 * random()) : 0;
    const begins = startedAt + lost + (again ? 0.2 * typicalMs : 0);
    const ends = begins + (fails ? took * 0.4 : took);
    const cold = !slot.used;
    slot.used = true;
    slot.time = ends + 2;
    const running = index >= calls - open;
    return {
      executorId: 'sample-0',
      jobId: `M${String(place).padStart(3, '0')}`,
      callId: String(index).padStart(5, '0'),
      functionName: name,
      state: running ? 'running' : fails ? 'error' : 'success',
      hostSubmittedAt: START + at,
      hostInvokedAt: START + (again ? begins : startedAt) - 4,
      workerStartedAt: START + begins,
      ...(!running && { workerEndedAt: START + ends, workerDuration: ends - begins, hostDoneAt: START + ends + 3 }),
      worker: `machine-${slot.worker % 8}/${1000 + slot.worker}`,
      coldStart: cold,
      attempts: again ? 2 : 1,
      ...(fails && { error: 'RangeError' }),
      ...(again && {
        earlier: [
          {
            invokedAt: START + startedAt,
            endedAt: START + startedAt + lost,
            outcome: 'failed' as const,
            error: 'WORKER_LOST',
          },
        ],
      }),
    };
  });
}

interface Slot {
  time: number;
  readonly worker: number;
  used: boolean;
}

/** The slot that is free first; the list is kept as a heap. */
function earliest(heap: Slot[]): Slot {
  // The one that was taken last has moved back in time: sink it.
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let least = at;
    for (const child of [left, right]) if ((heap[child]?.time ?? Infinity) < (heap[least] as Slot).time) least = child;
    if (least === at) break;
    [heap[at], heap[least]] = [heap[least] as Slot, heap[at] as Slot];
    at = least;
  }
  return heap[0] as Slot;
}

/** Numbers from 0 to 1 that look random and are not (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
