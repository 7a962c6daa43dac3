import type { TaskLogEntry } from '../executor/executor-options.ts';
import type { PluginLogger } from '../plugin/compute-plugin.ts';
import type { JobObserver, ObservedCall, ObservedJob } from './job-observer.ts';

/** The observers of an executor as one. What one of them throws harms neither the work nor the others. */
export class JobObservers implements Required<Omit<JobObserver, 'taskEnvironment'>> {
  readonly #observers: JobObserver[];
  readonly #logger: () => PluginLogger;

  /** @param logger asked for when an observer fails */
  constructor(observers: readonly JobObserver[], logger: () => PluginLogger) {
    this.#observers = [...observers];
    this.#logger = logger;
  }

  jobStarted(job: ObservedJob): void {
    this.#tell((observer) => observer.jobStarted?.(job));
  }

  /** Undefined when nobody wants any. */
  taskEnvironment(job: ObservedJob): Readonly<Record<string, string>> | undefined {
    if (!this.#observers.some(({ taskEnvironment }) => taskEnvironment !== undefined)) return undefined;
    const environment: Record<string, string> = {};
    this.#tell((observer) => Object.assign(environment, observer.taskEnvironment?.(job)));
    return environment;
  }

  callStarted(job: ObservedJob, call: ObservedCall): void {
    this.#tell((observer) => observer.callStarted?.(job, call));
  }

  callLogged(job: ObservedJob, entry: TaskLogEntry): void {
    this.#tell((observer) => observer.callLogged?.(job, entry));
  }

  callRetried(job: ObservedJob, call: ObservedCall, error: unknown): void {
    this.#tell((observer) => observer.callRetried?.(job, call, error));
  }

  /** Without a closure for each call, for there may be millions. */
  callEnded(job: ObservedJob, call: ObservedCall): void {
    for (let at = 0; at < this.#observers.length; at++) {
      try {
        this.#observers[at]?.callEnded?.(job, call);
      } catch (error) {
        this.#drop(at--, error);
      }
    }
  }

  jobEnded(job: ObservedJob): void {
    this.#tell((observer) => observer.jobEnded?.(job));
  }

  async closed(): Promise<void> {
    const observers = this.#observers.splice(0);
    const closing = observers.map(async (observer) => observer.closed?.());
    for (const outcome of await Promise.allSettled(closing))
      if (outcome.status === 'rejected') this.#report(outcome.reason);
  }

  #tell(event: (observer: JobObserver) => void): void {
    for (let at = 0; at < this.#observers.length; at++) {
      try {
        event(this.#observers[at] as JobObserver); // below length
      } catch (error) {
        this.#drop(at--, error);
      }
    }
  }

  #drop(at: number, error: unknown): void {
    this.#observers.splice(at, 1);
    this.#report(error);
  }

  #report(error: unknown): void {
    this.#logger().warn(`an observer of jobs failed and is told nothing more: ${String(error)}`);
  }
}
