import type { ShippedModule } from '@lithops/worker';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import type { JobInvoker } from '../job/job-invoker.ts';
import type { JobCost, JobProgress } from '../job/job-progress.ts';
import type { OpenJobs } from '../job/open-jobs.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { InvocationRun } from '../plugin/compute-plugin.ts';
import type { PriceModel } from '../plugin/price-model.ts';
import { applyEvent } from './apply-event.ts';
import { Attempt } from './attempt.ts';
import { AttemptWatches } from './attempt-watches.ts';
import { Attempts } from './attempts.ts';
import { type Batch, singleBatch, takeBatch } from './batch.ts';
import { batchSize } from './batch-size.ts';
import { Deadlines } from './deadlines.ts';
import { wayOf } from './detached-jobs.ts';
import { cancelledError, refusalOf, withoutStop } from './invocation-failures.ts';
import type { InvocationRunner } from './invocation-runner.ts';
import { JobLine } from './job-line.ts';
import { PayloadLimit } from './payload-limit.ts';
import { Retries } from './retries.ts';
import { toInvocation } from './to-invocation.ts';

/** Where calls are sent. */
interface Target {
  readonly backend: InvocationRunner;
  readonly capabilities: ComputeCapabilities;
}

/** For so many ms calls are sent without a look at the event loop: a thousand requests are not held up by each other. */
const SLICE_MS = 5;

/** What those are given whose runs are ended otherwise. */
const NEVER = new AbortController().signal;

/** Sends calls to workers: as many at once as the backend takes, again when an attempt is lost, and stops them on demand. */
export class Invoker implements JobInvoker {
  readonly #open: OpenJobs;
  /** Jobs that may have calls ready, the next one first. */
  readonly #line = new JobLine();
  readonly #payload = new PayloadLimit((job) => this.submit(job));
  readonly #attempts = new Attempts();
  readonly #watches: AttemptWatches;
  readonly #retries: Retries;
  readonly #deadlines = new Deadlines((calls) => this.#stopWork(calls));
  #slots = 1;
  #target: Target | undefined;
  /** To go on with sending what is ready, once what has been sent is on its way. */
  #nextSlice: NodeJS.Immediate | undefined;
  #failure: unknown;

  /** @param open the jobs that are given to it, and those to come */
  constructor(open: OpenJobs) {
    this.#open = open;
    this.#watches = new AttemptWatches({
      attempts: () => this.#attempts.all,
      idle: () => this.#attempts.size < this.#slots && !this.#line.anyReady(),
      crowded: () => this.#attempts.size >= this.#slots && this.#line.anyReady(),
      runCopy: ({ job }, call) => this.#runCopy(job, call),
      takeBack: (attempt, calls) => this.#retries.returned(attempt, calls),
      stopWork: (call) => this.#stopWork([call]),
      end: (job, error) => this.#endJob(job, error),
    });
    this.#retries = new Retries({
      runsElsewhere: (call, attempt) => this.#watches.speculation.runsElsewhere(call, attempt),
      submit: (job) => this.submit(job),
    });
  }

  /** Calls that may run at once; 1 until the backend is known. */
  get slots(): number {
    return this.#slots;
  }

  /** From now on invocations go to this backend. */
  start(backend: InvocationRunner, capabilities: ComputeCapabilities, pricing?: PriceModel): void {
    this.#slots = Math.max(1, capabilities.maxWorkers * capabilities.concurrencyPerWorker);
    this.#payload.maxBytes = capabilities.maxPayloadBytes;
    this.#watches.start(capabilities, pricing);
    this.#target = { backend, capabilities };
    this.#pump();
  }

  /** There will be no backend: every call fails with this. */
  refuse(failure: unknown): void {
    this.#failure = failure;
    for (const job of this.#open.unfinished()) this.#failJob(job, failure);
  }

  /** Works on a job's calls, those that are ready and those that become so; tell again when more have. */
  submit(job: Job): void {
    if (this.#failure !== undefined) {
      this.#failJob(job, this.#failure);
      return;
    }
    if (job.open.size === 0) return;
    this.#line.push(job);
    this.#deadlines.watch(job);
    this.#pump();
  }

  /** Takes part in an invocation that another client has started. */
  rejoin(job: Job, calls: readonly Call[], run: (signal: AbortSignal) => InvocationRun): void {
    const attempt = this.#begin(job, calls);
    void this.#follow(attempt, () => run(attempt.signal));
  }

  cancel(calls: readonly Call[], reason: unknown): void {
    const open = calls.filter((call) => !call.done);
    for (const call of open) call.fail(cancelledError(call, reason), 'cancelled');
    this.#stopWork(open);
  }

  /** See {@link Attempts.activity}. */
  activity(job: Job): { readonly running: number; readonly workers: number } {
    return this.#attempts.activity(job, this.#target?.capabilities);
  }

  /** See {@link Budgets.openCost}. */
  openCost(progress: JobProgress): JobCost | undefined {
    return this.#watches.budgets.openCost(progress);
  }

  /** Cancels what is left. */
  close(reason: unknown): void {
    for (const job of this.#open.unfinished()) this.cancel([...job.open], reason);
    clearImmediate(this.#nextSlice);
    this.#retries.close();
    this.#deadlines.close();
    this.#watches.close();
  }

  /** Sends what is ready, as long as there is room for more. */
  #pump(): void {
    const target = this.#target;
    if (target === undefined || this.#nextSlice !== undefined) return;
    const { budgets } = this.#watches;
    const until = performance.now() + SLICE_MS;
    while (this.#attempts.size < this.#slots) {
      if (performance.now() > until) {
        this.#pumpSoon();
        break;
      }
      const job = this.#line.shift();
      if (job === undefined) break;
      const refusal = refusalOf(job, target.capabilities, budgets.pricing);
      if (refusal !== undefined) {
        this.#failJob(job, refusal);
        continue;
      }
      if (job.ready.peek() === undefined || !budgets.allows(job)) continue;
      const module = this.#moduleOf(job);
      if (module === undefined) continue;
      const batch = this.#takeBatch(job, target);
      if (this.#payload.admits(job, batch)) this.#invoke(target, job, batch, module);
      // At the end of those of its priority: round robin, so that a small job is not kept waiting by a large one.
      if (job.ready.peek() !== undefined) this.#line.push(job);
    }
    if (this.#attempts.size > 0) this.#watches.watch();
  }

  #pumpSoon(): void {
    this.#nextSlice = setImmediate(() => {
      this.#nextSlice = undefined;
      this.#pump();
    });
  }

  /** Undefined while it is being built; the job is back in line then. */
  #moduleOf(job: Job): ShippedModule | undefined {
    const module = job.module();
    if (!(module instanceof Promise)) return module;
    module.then(
      () => this.submit(job),
      (error: unknown) => this.#failJob(job, error),
    );
    return undefined;
  }

  #takeBatch(job: Job, { capabilities: { recall, parallelCalls } }: Target): Batch {
    // What cannot be taken back from behind a long call is shared out more carefully.
    const sharers = recall ? this.#slots - this.#attempts.size : this.#slots;
    return takeBatch(job.ready, batchSize(job, sharers, parallelCalls));
  }

  /** Sends a call that runs already to another worker too. */
  #runCopy(job: Job, call: Call): Attempt | undefined {
    const target = this.#target;
    const module = job.module();
    if (target === undefined || module instanceof Promise) return undefined;
    return this.#invoke(target, job, singleBatch(call), module);
  }

  #invoke({ backend, capabilities }: Target, job: Job, batch: Batch, module: ShippedModule): Attempt {
    const attempt = this.#begin(job, batch.calls);
    const invocation = toInvocation(job, batch, module.hash, capabilities.maxResultBytes);
    job.debug?.(`invocation ${invocation.id}: ${attempt.callsText} sent`);
    const { runtimeMemory } = job.options;
    const way = wayOf(job, capabilities);
    const stops = capabilities.stop === true && way === 'told' && capabilities.delivery !== 'storage';
    const signal = stops ? NEVER : attempt.signal;
    const options = { module, signal, ...(runtimeMemory !== undefined && { runtimeMemory }) };
    void this.#follow(attempt, () => {
      const run = backend.invoke(invocation, options, way);
      if (stops && run.stop === undefined) throw withoutStop();
      return run;
    });
    return attempt;
  }

  #begin(job: Job, calls: readonly Call[]): Attempt {
    const attempt = new Attempt(job, calls);
    for (const call of calls) call.invoked(attempt.invokedAt);
    this.#attempts.add(attempt);
    return attempt;
  }

  async #follow(attempt: Attempt, invoke: () => InvocationRun): Promise<void> {
    let failure: unknown;
    try {
      attempt.run = invoke();
      for await (const event of attempt.run) {
        attempt.lastEventAt = performance.now();
        applyEvent(attempt, event, this.#retries);
      }
    } catch (error) {
      failure = error;
    }
    attempt.ended = true;
    attempt.job.debug?.(`invocation of ${attempt.callsText}: ${attempt.endText(failure)}`);
    this.#attempts.delete(attempt);
    this.#watches.budgets.charge(attempt);
    this.#retries.ended(attempt, failure);
    this.#pump();
  }

  /** Ends the work on calls that are settled from outside. Their companions in an invocation go on elsewhere. */
  #stopWork(calls: readonly Call[]): void {
    if (calls.length === 0) return;
    for (const attempt of [...this.#attempts.all]) {
      const own = calls.filter((call) => attempt.expects(call));
      if (own.length > 0) this.#watches.recalls.stop(attempt, own);
    }
    this.#pump();
  }

  #endJob(job: Job, error: unknown): void {
    const open = [...job.open];
    this.#failJob(job, error);
    this.#stopWork(open);
  }

  #failJob(job: Job, error: unknown): void {
    for (const call of job.open) call.fail(error, 'error');
  }
}
