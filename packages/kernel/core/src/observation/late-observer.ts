import type { JobObserver } from './job-observer.ts';

/** Events that are kept for an observer which is still being loaded. */
const MOST_WAITING = 1_000_000;

/** An observer that is loaded when the first job starts. What happens meanwhile it is told afterwards, in its order. */
export class LateObserver implements Required<Omit<JobObserver, 'taskEnvironment'>> {
  readonly #load: () => Promise<JobObserver>;
  readonly #failed: (error: unknown) => void;
  readonly #waiting: ((observer: JobObserver) => void)[] = [];
  #observer: JobObserver | undefined;
  #loading: Promise<void> | undefined;
  #gaveUp = false;

  /** @param failed told once, when it cannot be loaded, or fails with what came before it was */
  constructor(load: () => Promise<JobObserver>, failed: (error: unknown) => void) {
    this.#load = load;
    this.#failed = failed;
  }

  jobStarted(...event: Parameters<Required<JobObserver>['jobStarted']>): void {
    this.#loading ??= this.#loaded();
    this.#tell((observer) => observer.jobStarted?.(...event));
  }

  callStarted(...event: Parameters<Required<JobObserver>['callStarted']>): void {
    this.#tell((observer) => observer.callStarted?.(...event));
  }

  callLogged(...event: Parameters<Required<JobObserver>['callLogged']>): void {
    this.#tell((observer) => observer.callLogged?.(...event));
  }

  callRetried(...event: Parameters<Required<JobObserver>['callRetried']>): void {
    this.#tell((observer) => observer.callRetried?.(...event));
  }

  callEnded(...event: Parameters<Required<JobObserver>['callEnded']>): void {
    this.#tell((observer) => observer.callEnded?.(...event));
  }

  jobEnded(...event: Parameters<Required<JobObserver>['jobEnded']>): void {
    this.#tell((observer) => observer.jobEnded?.(...event));
  }

  async closed(): Promise<void> {
    await this.#loading;
    await this.#observer?.closed?.();
  }

  #tell(event: (observer: JobObserver) => void): void {
    if (this.#observer !== undefined) event(this.#observer);
    else if (!this.#gaveUp && this.#waiting.length < MOST_WAITING) this.#waiting.push(event);
  }

  async #loaded(): Promise<void> {
    try {
      const observer = await this.#load();
      for (const event of this.#waiting.splice(0)) event(observer);
      this.#observer = observer;
    } catch (error) {
      this.#gaveUp = true;
      this.#waiting.length = 0;
      this.#failed(error);
    }
  }
}
