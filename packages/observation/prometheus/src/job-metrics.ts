import type { JobObserver, ObservedCall, ObservedJob } from '@lithops/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Told when there is something new to push, and when there will be no more. */
export interface MetricsSink {
  changed(): void;
  closed(): Promise<void>;
}

const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
/** Functions that are told apart: each is a series of its own in the database. */
const MOST_FUNCTIONS = 100;
const OTHER = 'other';

/** The metrics of one executor, in a registry of their own. Labelled by function, not by job or call: their number is bounded. */
export class JobMetrics {
  readonly registry = new Registry();
  readonly #functions = new Set<string>();
  readonly #jobs = this.#counter('lithops_jobs_total', 'Jobs that were submitted');
  readonly #ended = new Counter({
    name: 'lithops_calls_ended_total',
    help: 'Calls that have ended, by how: success, error or cancelled',
    labelNames: ['function', 'state'],
    registers: [this.registry],
  });
  readonly #retried = this.#counter(
    'lithops_call_retries_total',
    'Attempts that failed, after which the call was tried again',
  );
  readonly #cold = this.#counter('lithops_cold_starts_total', 'Calls that were the first of their worker process');
  readonly #duration = this.#histogram('lithops_call_duration_seconds', "Time of a call in the user's function");
  readonly #latency = this.#histogram('lithops_call_latency_seconds', 'Time from the submission of a call to its end');
  readonly #running = new Gauge({
    name: 'lithops_jobs_running',
    help: 'Jobs with calls that have not ended',
    registers: [this.registry],
  });

  /** What feeds them. */
  observing(sink: MetricsSink): JobObserver {
    return {
      jobStarted: (job) => {
        this.#jobs.inc({ function: this.#label(job) });
        this.#running.inc();
        sink.changed();
      },
      callRetried: (job) => {
        this.#retried.inc({ function: this.#label(job) });
        sink.changed();
      },
      callEnded: (job, call) => {
        this.#callEnded(job, call);
        sink.changed();
      },
      jobEnded: () => {
        this.#running.dec();
        sink.changed();
      },
      closed: () => sink.closed(),
    };
  }

  #callEnded(job: ObservedJob, { state, stats }: ObservedCall): void {
    const label = { function: this.#label(job) };
    const { hostSubmittedAt, hostDoneAt, workerDuration, coldStart } = stats;
    this.#ended.inc({ ...label, state });
    if (coldStart === true) this.#cold.inc(label);
    if (workerDuration !== undefined) this.#duration.observe(label, workerDuration / 1000);
    if (hostDoneAt !== undefined) this.#latency.observe(label, Math.max(0, hostDoneAt - hostSubmittedAt) / 1000);
  }

  #label({ functionName }: ObservedJob): string {
    const name = functionName === '' ? 'anonymous' : functionName.slice(0, 100);
    if (this.#functions.has(name)) return name;
    if (this.#functions.size >= MOST_FUNCTIONS) return OTHER;
    this.#functions.add(name);
    return name;
  }

  #counter(name: string, help: string): Counter<'function'> {
    return new Counter({ name, help, labelNames: ['function'], registers: [this.registry] });
  }

  #histogram(name: string, help: string): Histogram<'function'> {
    return new Histogram({ name, help, labelNames: ['function'], buckets: SECONDS, registers: [this.registry] });
  }
}
