import type { CallEvent, CallTimes } from '@lithops/worker';
import { encodedValuesOf } from '@lithops/worker/protocol';
import { decodeThrown } from '@lithops/worker/values';
import { epochMs } from '../epoch-ms.ts';
import { toSerializationError } from '../errors/refused-value.ts';
import { restoredError } from '../errors/restored-error.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import type { Attempt } from './attempt.ts';
import { expiredError, isExpired } from './deadlines.ts';
import { platformTimeError } from './task-time-limit.ts';

/** What the invoker does about calls that an event speaks of. */
export interface EventConsequences {
  /** The attempt of this call failed; it may be tried again. */
  failed(attempt: Attempt, call: Call, error: unknown, times?: CallTimes): void;
  /** These calls came back without having been started. */
  returned(attempt: Attempt, indices: readonly number[]): void;
  /** One of these calls is why the attempt failed, and nobody knows which. */
  suspected(attempt: Attempt, indices: readonly number[]): void;
}

/** Writes what an event tells into the calls' records. */
export function applyEvent(attempt: Attempt, event: CallEvent, consequences: EventConsequences): void {
  const { job } = attempt;
  switch (event.type) {
    case 'started':
      attempt.running = { index: event.call, since: performance.now() };
      applyStart(attempt, event);
      return;
    case 'log':
      attempt.expected(event.call)?.log(event.text);
      job.observers?.callLogged(job.progress, {
        jobId: job.jobId,
        callId: String(event.call).padStart(5, '0'),
        stream: event.stream,
        text: event.text,
      });
      return;
    case 'result': {
      const values = encodedValuesOf(event);
      learnDuration(attempt, event.stats);
      const { calls, stats } = event;
      job.heldBytes += values.byteLength;
      job.typicalResultBytes = values.byteLength / Math.max(1, calls.length);
      const now = epochMs();
      for (let position = 0; position < calls.length; position++) {
        attempt.answered(calls[position] as number)?.succeed(values, position, stats, now); // below length
      }
      return;
    }
    case 'stored': {
      learnDuration(attempt, event.stats);
      const { key, bytes, selfContained, stats } = event;
      attempt.answered(event.call)?.succeedStored({ key, bytes, selfContained }, stats);
      return;
    }
    case 'error': {
      learnDuration(attempt, event.stats);
      const call = attempt.answered(event.call);
      if (call !== undefined) consequences.failed(attempt, call, errorOf(job, event), event.stats);
      return;
    }
    case 'expired':
      applyExpiry(attempt, event, consequences);
      return;
    case 'returned':
      consequences.returned(attempt, event.calls);
      return;
  }
}

function applyStart(attempt: Attempt, event: Extract<CallEvent, { type: 'started' }>): void {
  const { job } = attempt;
  const call = attempt.expected(event.call);
  if (call === undefined) return;
  call.running(event.startedAt, event.worker);
  job.observers?.callStarted(job.progress, call);
}

/** The time of the calls themselves was over, or the one that the platform gives an invocation: then only the call that ran was too long. */
function applyExpiry(
  attempt: Attempt,
  event: Extract<CallEvent, { type: 'expired' }>,
  consequences: EventConsequences,
): void {
  const { job } = attempt;
  const { running: culprit, suspects = [] } = event;
  const known = culprit !== undefined || suspects.length > 0;
  const notStarted: number[] = [];
  const suspected: number[] = [];
  for (const index of event.calls) {
    const running = index === culprit;
    const call = attempt.expected(index);
    if (call === undefined) continue;
    const ownTime = isExpired(job, call);
    if (!ownTime && known && !running) {
      (suspects.includes(index) ? suspected : notStarted).push(index);
      continue;
    }
    attempt.answered(index);
    const error = ownTime ? expiredError(job, call, running ? 'running' : 'invoked') : platformTimeError(call);
    consequences.failed(attempt, call, error);
  }
  if (suspected.length > 0) consequences.suspected(attempt, suspected);
  if (notStarted.length > 0) consequences.returned(attempt, notStarted);
}

function errorOf(job: Job, event: Extract<CallEvent, { type: 'error' }>): unknown {
  const thrown = thrownBy(event.error, job);
  if (!(thrown instanceof Error)) return thrown;
  if (event.cause === 'storage') return new StorageError(thrown.message, { cause: thrown });
  mapStacks(job, thrown, new Set());
  if (event.cause !== 'serialization') return thrown;
  const refused = toSerializationError(thrown);
  return refused === thrown ? new SerializationError(thrown.message, { path: 'result', cause: thrown }) : refused;
}

/** What a task threw; where that cannot be made here, an error that says so: its call has ended all the same. */
export function thrownBy(encoded: Uint8Array, { table }: Pick<Job, 'table'>): unknown {
  try {
    return restoredError(decodeThrown(encoded, table));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new SerializationError(`what the task threw cannot be read: ${why}`, { path: 'thrown', cause });
  }
}

function mapStacks(job: Job, error: Error, seen: Set<Error>): void {
  if (seen.has(error)) return;
  seen.add(error);
  if (typeof error.stack === 'string') {
    const stack = job.fn.mapStack(withoutWorkerFrames(error.stack));
    Reflect.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true }); // not where it is frozen
  }
  if (error.cause instanceof Error) mapStacks(job, error.cause, seen);
  if (error instanceof AggregateError)
    for (const inner of error.errors) if (inner instanceof Error) mapStacks(job, inner, seen);
}

const WORKER_FRAME =
  /^\s+at .*(?:worker\.mjs:|kernel\/worker\/src\/|node:internal\/(?:process\/task_queues|async_local_storage|async_context_frame)|node:async_hooks)/;

/** Frames of the worker itself say nothing about the user's code. */
function withoutWorkerFrames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => !WORKER_FRAME.test(line))
    .join('\n');
}

/** A batch of many says more than one call does; the first calls of a process, not compiled yet, soon fade. */
function learnDuration(attempt: Attempt, times: CallTimes): void {
  const { job } = attempt;
  const count = times.duration.length;
  if (job.durations !== undefined) for (const duration of times.duration) job.durations.add(duration);
  if (count === 0) return;
  let total = 0;
  for (const duration of times.duration) total += duration;
  attempt.workMs += total;
  const mean = total / count;
  const weight = Math.min(0.9, 0.3 + count / 100);
  const known = job.typicalDuration;
  const typical = known === undefined ? mean : known * (1 - weight) + mean * weight;
  job.fn.typicalDuration = typical;
  job.progress.typicalDuration = typical;
}
