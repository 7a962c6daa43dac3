import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Api from '@opentelemetry/api';
import { errorName } from '../stats/call-record.ts';
import type { JobObserver, ObservedCall, ObservedJob } from './job-observer.ts';

type OpenTelemetry = typeof Api;

/** Where every copy of `@opentelemetry/api` keeps the SDK that was registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const NAME = '@lithops/core';
/** `SpanStatusCode.ERROR`: the API is not imported by those who have none. */
const ERROR = 2;

/**
 * Spans and metrics of jobs, by the SDK that the application has registered with `@opentelemetry/api`; undefined, at the
 * cost of a look at one variable, where it has registered none.
 * @param from folders to look for the API from, the application's first
 */
export function openTelemetryObserver(from: readonly string[]): JobObserver | undefined {
  if (!(REGISTERED in globalThis)) return undefined;
  for (const folder of [...from.map((path) => join(path, 'package.json')), import.meta.url]) {
    try {
      const api: OpenTelemetry = createRequire(folder)('@opentelemetry/api');
      return new OpenTelemetryObserver(api);
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

/** A span for each job, and one in it for each call that has ended, with its attempts as events. */
class OpenTelemetryObserver implements JobObserver {
  readonly #api: OpenTelemetry;
  readonly #tracer: Api.Tracer;
  readonly #ended: Api.Counter;
  readonly #retried: Api.Counter;
  readonly #duration: Api.Histogram;
  readonly #latency: Api.Histogram;
  /** Of jobs that have not ended. */
  readonly #jobs = new Map<string, { readonly span: Api.Span; readonly context: Api.Context }>();

  constructor(api: OpenTelemetry) {
    this.#api = api;
    this.#tracer = api.trace.getTracer(NAME);
    const meter = api.metrics.getMeter(NAME);
    this.#ended = meter.createCounter('lithops.calls.ended', { description: 'Calls that have ended, by how' });
    this.#retried = meter.createCounter('lithops.calls.retried', {
      description: 'Attempts that failed, after which the call was tried again',
    });
    this.#duration = meter.createHistogram('lithops.call.duration', {
      description: "Time of a call in the user's function",
      unit: 's',
    });
    this.#latency = meter.createHistogram('lithops.call.latency', {
      description: 'Time from the submission of a call to its end',
      unit: 's',
    });
  }

  jobStarted(job: ObservedJob): void {
    const parent = this.#api.context.active();
    const attributes = {
      'lithops.executor.id': job.executorId,
      'lithops.job.id': job.jobId,
      'code.function.name': job.functionName,
    };
    const span = this.#tracer.startSpan(`job ${job.functionName}`, { attributes, startTime: job.submittedAt }, parent);
    this.#jobs.set(job.jobId, { span, context: this.#api.trace.setSpan(parent, span) });
  }

  /** Tasks go on with the trace of their job: as `TRACEPARENT` and the like, by the propagator that is registered. */
  taskEnvironment({ jobId }: ObservedJob): Readonly<Record<string, string>> {
    const fields: Record<string, string> = {};
    const job = this.#jobs.get(jobId);
    if (job !== undefined) this.#api.propagation.inject(job.context, fields);
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name.toUpperCase().replaceAll('-', '_'), value]),
    );
  }

  callRetried(job: ObservedJob): void {
    this.#retried.add(1, { 'code.function.name': job.functionName });
  }

  callEnded({ jobId, functionName }: ObservedJob, call: ObservedCall): void {
    const { state, stats, callId, error } = call;
    const { hostSubmittedAt, hostDoneAt = hostSubmittedAt, workerDuration } = stats;
    const labels = { 'code.function.name': functionName, 'lithops.call.state': state };
    this.#ended.add(1, labels);
    if (workerDuration !== undefined) this.#duration.record(workerDuration / 1000, labels);
    this.#latency.record(Math.max(0, hostDoneAt - hostSubmittedAt) / 1000, labels);
    const job = this.#jobs.get(jobId);
    if (job?.span.isRecording() !== true) return;
    const attributes = { ...attributesOf(call), 'lithops.call.id': callId, 'lithops.call.state': state };
    const span = this.#tracer.startSpan(
      `call ${functionName}`,
      { attributes, startTime: hostSubmittedAt },
      job.context,
    );
    for (const attempt of call.history) {
      const failed = attempt.error === undefined ? {} : { 'error.type': errorName(attempt.error) };
      span.addEvent('attempt', workerOf(attempt.worker), attempt.invokedAt);
      if (attempt.endedAt !== undefined)
        span.addEvent(`attempt ${attempt.outcome}`, { ...workerOf(attempt.worker), ...failed }, attempt.endedAt);
    }
    if (state !== 'success') {
      span.setAttribute('error.type', errorName(error));
      span.setStatus({ code: ERROR, message: error instanceof Error ? error.message : state });
    }
    span.end(Math.max(hostSubmittedAt, hostDoneAt));
  }

  jobEnded(job: ObservedJob): void {
    const open = this.#jobs.get(job.jobId);
    this.#jobs.delete(job.jobId);
    if (open === undefined) return;
    open.span.setAttributes({ 'lithops.job.calls': job.calls, 'lithops.job.failed': job.failed });
    if (job.failed > 0) open.span.setStatus({ code: ERROR, message: `${job.failed} of ${job.calls} calls failed` });
    open.span.end(Math.max(job.submittedAt, job.finishedAt));
  }

  closed(): void {
    for (const { span } of this.#jobs.values()) span.end();
    this.#jobs.clear();
  }
}

function attributesOf({ attempts, stats }: ObservedCall): Api.Attributes {
  const { workerStartedAt, workerDuration, workerCpuTime, workerPeakMemoryBytes, coldStart, cached } = stats;
  return {
    'lithops.call.attempts': attempts,
    ...workerOf(stats.worker),
    ...(workerStartedAt !== undefined && { 'lithops.worker.started_at_ms': workerStartedAt }),
    ...(workerDuration !== undefined && { 'lithops.worker.duration_ms': workerDuration }),
    ...(workerCpuTime !== undefined && { 'lithops.worker.cpu_ms': workerCpuTime }),
    ...(workerPeakMemoryBytes !== undefined && { 'lithops.worker.peak_memory_bytes': workerPeakMemoryBytes }),
    ...(coldStart !== undefined && { 'faas.coldstart': coldStart }),
    ...(cached === true && { 'lithops.call.cached': true }),
  };
}

function workerOf(worker: string | undefined): Api.Attributes {
  return worker === undefined ? {} : { 'lithops.worker': worker };
}
