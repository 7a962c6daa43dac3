import type { CallEvent, CallTimes, Invocation, ShippedModule } from '@lithops/worker';
import { Budgets } from '../cost/budgets.ts';
import { CancelledError } from '../errors/cancelled-error.ts';
import { InvocationError } from '../errors/invocation-error.ts';
import { WorkerLostError } from '../errors/worker-lost-error.ts';
import type { Call } from '../future/call.ts';
import type { Job, JobInvoker } from '../job/job.ts';
import type { JobCost, JobProgress } from '../job/job-progress.ts';
import type { OpenJobs } from '../job/open-jobs.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { InvocationRun, InvokeOptions } from '../plugin/compute-plugin.ts';
import type { PriceModel } from '../plugin/price-model.ts';
import { applyEvent, type EventConsequences } from './apply-event.ts';
import { Attempt } from './attempt.ts';
import { Attempts } from './attempts.ts';
import { type Batch, singleBatch, takeBatch } from './batch.ts';
import { batchSize } from './batch-size.ts';
import { Deadlines } from './deadlines.ts';
import { type DeliveryWay, wayOf } from './detached-jobs.ts';
import { cancelledError, noMemoryPerJob, noPrices, payloadTooLarge, unansweredError } from './invocation-failures.ts';
import { JobLine } from './job-line.ts';
import { Recalls } from './recalls.ts';
import { retryDelay } from './retry-delay.ts';
import { Speculation } from './speculation.ts';
import { TaskTimeLimit } from './task-time-limit.ts';
import { toInvocation } from './to-invocation.ts';
import { UnendedAttempts } from './unended-attempts.ts';

/** Where invocations are run; see `ComputeBackend.invoke`. */
export interface InvocationRunner {
  invoke(invocation: Invocation, options: InvokeOptions, way: DeliveryWay): InvocationRun;
}

/** Items smaller than this are not put into storage on account of their size. */
const LEAST_STORED_BYTES = 1024;

/** Sends calls to workers: as many at once as the backend takes, again when an attempt is lost, and stops them on demand. */
export class Invoker implements JobInvoker {
  #slots = 1;
  #maxPayloadBytes = Number.POSITIVE_INFINITY;
  #maxResultBytes = Number.POSITIVE_INFINITY;
  #memoryPerJob = false;
  #parallelCalls = 1;
  #wayOf: (job: Job) => DeliveryWay = () => 'told';
  #concurrencyPerWorker = 1;
  readonly #open: OpenJobs;
  /** Jobs that may have calls ready, the next one first. */
  readonly #line = new JobLine();
  readonly #attempts = new Attempts();
  readonly #retries = new Set<NodeJS.Timeout>();
  readonly #deadlines = new Deadlines((calls) => this.#stopWork(calls));
  readonly #recalls: Recalls;
  readonly #speculation: Speculation;
  readonly #unended: UnendedAttempts;
  readonly #taskTime: TaskTimeLimit;
  readonly #budgets: Budgets;
  readonly #consequences: EventConsequences;
  #backend: InvocationRunner | undefined;
  #failure: unknown;

  /** @param open the jobs that are given to it, and those to come */
  constructor(open: OpenJobs) {
    this.#open = open;
    this.#recalls = new Recalls({
      idle: () => this.#attempts.size < this.#slots && !this.#anyReady(),
      attempts: () => this.#attempts.all,
      takeBack: (attempt, calls) => this.#returned(attempt, calls),
    });
    this.#speculation = new Speculation({
      idle: () => this.#attempts.size < this.#slots && !this.#anyReady(),
      attempts: () => this.#attempts.all,
      runCopy: ({ job }, call) => this.#runCopy(job, call),
      stopWork: (call) => this.#stopWork([call]),
    });
    this.#unended = new UnendedAttempts({
      crowded: () => this.#attempts.size >= this.#slots && this.#anyReady(),
      attempts: () => this.#attempts.all,
    });
    this.#taskTime = new TaskTimeLimit({
      attempts: () => this.#attempts.all,
      stopWork: (call) => this.#stopWork([call]),
    });
    this.#budgets = new Budgets({
      attempts: () => this.#attempts.all,
      end: (job, error) => {
        const open = [...job.open];
        this.#failJob(job, error);
        this.#stopWork(open);
      },
    });
    this.#consequences = {
      failed: (attempt, call, error, times) => this.#callFailed(attempt, call, error, times),
      returned: (attempt, indices) => this.#returned(attempt, indices),
    };
  }

  /** Calls that may run at once; 1 until the backend is known. */
  get slots(): number {
    return this.#slots;
  }

  /** From now on invocations go to this backend. */
  start(backend: InvocationRunner, capabilities: ComputeCapabilities, pricing?: PriceModel): void {
    const { maxWorkers, concurrencyPerWorker, maxPayloadBytes, maxResultBytes, recall } = capabilities;
    this.#slots = Math.max(1, maxWorkers * concurrencyPerWorker);
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#maxResultBytes = maxResultBytes;
    this.#memoryPerJob = capabilities.memoryPerJob === true;
    if (capabilities.detaches !== undefined) this.#wayOf = (job) => wayOf(job, capabilities);
    this.#parallelCalls = capabilities.parallelCalls ?? 1;
    this.#concurrencyPerWorker = concurrencyPerWorker;
    this.#recalls.enabled = recall;
    this.#taskTime.maxSeconds = capabilities.maxTaskSeconds;
    this.#backend = backend;
    this.#budgets.pricing = pricing;
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
    this.#lineUp(job);
    this.#deadlines.watch(job);
    this.#pump();
  }

  /** Takes part in an invocation that another client has started. */
  rejoin(job: Job, calls: readonly Call[], run: (signal: AbortSignal) => InvocationRun): void {
    const attempt = new Attempt(job, calls);
    for (const call of calls) call.invoked(attempt.invokedAt);
    this.#attempts.add(attempt);
    void this.#follow(attempt, () => run(attempt.signal));
  }

  cancel(calls: readonly Call[], reason: unknown): void {
    const open = calls.filter((call) => !call.done);
    for (const call of open) call.fail(cancelledError(call, reason), 'cancelled');
    this.#stopWork(open);
  }

  /** What workers are at, as far as that is known here: they run the calls of an invocation one after the other, or so many at once. */
  activity(job: Job): { readonly running: number; readonly workers: number } {
    let running = 0;
    let attempts = 0;
    for (const attempt of this.#attempts.all) {
      if (attempt.job !== job || attempt.size === 0) continue;
      attempts++;
      running += Math.min(attempt.size, this.#parallelCalls);
    }
    return { running, workers: Math.ceil(attempts / this.#concurrencyPerWorker) };
  }

  /** Cancels what is left. */
  close(reason: unknown): void {
    for (const job of this.#open.unfinished()) this.cancel([...job.open], reason);
    for (const timer of this.#retries) clearTimeout(timer);
    this.#deadlines.close();
    this.#recalls.close();
    this.#speculation.close();
    this.#unended.close();
    this.#taskTime.close();
    this.#budgets.close();
  }

  #pump(): void {
    const backend = this.#backend;
    if (backend === undefined) return;
    while (this.#attempts.size < this.#slots) {
      const job = this.#line.shift();
      if (job === undefined) break;
      job.inLine = false;
      if (job.options.runtimeMemory !== undefined && !this.#memoryPerJob) {
        this.#failJob(job, noMemoryPerJob(job.options.runtimeMemory));
        continue;
      }
      if (job.options.budget !== undefined && this.#budgets.pricing === undefined) {
        this.#failJob(job, noPrices());
        continue;
      }
      if (job.ready.peek() === undefined || !this.#budgets.allows(job)) continue;
      const module = this.#moduleOf(job);
      if (module === undefined) continue;
      const batch = this.#takeBatch(job);
      if (batch !== undefined) this.#invoke(backend, job, batch, module);
      // At the end of those of its priority: round robin, so that a small job is not kept waiting by a large one.
      if (job.ready.peek() !== undefined) this.#lineUp(job);
    }
    this.#recalls.watch();
    this.#speculation.watch();
    this.#unended.watch();
    this.#taskTime.watch();
    this.#budgets.watch();
  }

  #moduleOf(job: Job): ShippedModule | undefined {
    const module = job.module();
    if (!(module instanceof Promise)) return module;
    module.then(
      () => this.submit(job),
      (error: unknown) => this.#failJob(job, error),
    );
    return undefined;
  }

  /** Sends a call that runs already to another worker too. */
  #runCopy(job: Job, call: Call): Attempt | undefined {
    const backend = this.#backend;
    const module = job.module();
    if (backend === undefined || module instanceof Promise) return undefined;
    return this.#invoke(backend, job, singleBatch(call), module);
  }

  #takeBatch(job: Job): Batch | undefined {
    // What cannot be taken back from behind a long call is shared out more carefully.
    const sharers = this.#recalls.enabled ? this.#slots - this.#attempts.size : this.#slots;
    const batch = takeBatch(job.ready, batchSize(job, sharers, this.#parallelCalls));
    if (batch.items.byteLength <= this.#maxPayloadBytes) return batch;
    return this.#tooLarge(job, batch.calls, batch.items.byteLength);
  }

  #tooLarge(job: Job, calls: readonly Call[], bytes: number): undefined {
    if (calls.length > 1) {
      for (const call of calls) call.isolated = true;
      job.ready.unshift(calls);
      return undefined;
    }
    const [call] = calls;
    if (call === undefined) return undefined;
    // What stands for a stored item is small; if even that is too large there is no help.
    const storing = bytes > LEAST_STORED_BYTES ? job.storeItem(call) : undefined;
    if (storing === undefined) {
      call.fail(payloadTooLarge(call, bytes, this.#maxPayloadBytes), 'error');
      return undefined;
    }
    storing.then(
      () => {
        job.ready.unshift([call]);
        this.submit(job);
      },
      (error: unknown) => call.fail(error, 'error'),
    );
    return undefined;
  }

  #invoke(backend: InvocationRunner, job: Job, batch: Batch, module: ShippedModule): Attempt {
    const attempt = new Attempt(job, batch.calls);
    for (const call of batch.calls) call.invoked(attempt.invokedAt);
    const invocation = toInvocation(job, batch, module.hash, this.#maxResultBytes);
    job.debug?.(`invocation ${invocation.id}: ${attempt.callsText} sent`);
    this.#attempts.add(attempt);
    const { runtimeMemory } = job.options;
    const options = { module, signal: attempt.signal, ...(runtimeMemory !== undefined && { runtimeMemory }) };
    const way = this.#wayOf(job);
    void this.#follow(attempt, () => backend.invoke(invocation, options, way));
    return attempt;
  }

  async #follow(attempt: Attempt, invoke: () => AsyncIterable<CallEvent>): Promise<void> {
    let failure: unknown;
    try {
      attempt.run = invoke();
      for await (const event of attempt.run) {
        attempt.lastEventAt = performance.now();
        applyEvent(attempt, event, this.#consequences);
      }
    } catch (error) {
      failure = error;
    }
    attempt.ended = true;
    attempt.job.debug?.(`invocation of ${attempt.callsText}: ${attempt.endText(failure)}`);
    this.#attempts.delete(attempt);
    this.#budgets.charge(attempt);
    this.#attemptEnded(attempt, failure);
    this.#pump();
  }

  /** See {@link Budgets.openCost}. */
  openCost(progress: JobProgress): JobCost | undefined {
    return this.#budgets.openCost(progress);
  }

  /** Decides on the calls that an ended attempt has not answered. */
  #attemptEnded(attempt: Attempt, failure: unknown): void {
    const left = attempt.unanswered().filter((call) => !call.done && !this.#speculation.runsElsewhere(call, attempt));
    if (left.length === 0) return;
    if (attempt.stopped) {
      this.#requeue(attempt.job, left);
      return;
    }
    if (failure instanceof WorkerLostError) {
      const culprit = left.length === 1 ? left[0] : left.find((call) => call.index === failure.runningCall);
      if (culprit === undefined) for (const call of left) call.isolated = true;
      this.#requeue(
        attempt.job,
        left.filter((call) => call !== culprit),
      );
      if (culprit !== undefined) this.#callFailed(attempt, culprit, failure);
      return;
    }
    if (failure instanceof CancelledError) {
      for (const call of left) call.fail(failure, 'cancelled');
      return;
    }
    const error = failure ?? unansweredError(attempt.job, left);
    for (const call of left)
      this.#callFailed(attempt, call, error instanceof Error ? error : new InvocationError(String(error)));
  }

  #callFailed(attempt: Attempt, call: Call, error: unknown, times?: CallTimes): void {
    const job = call.owner as Job; // every call of an attempt belongs to a job
    const { retries, retryOn } = job.options;
    if (call.done) return;
    const raced = this.#speculation.runsElsewhere(call, attempt);
    if (!raced && (call.failures >= retries || !retryOn(error))) {
      call.fail(error, 'error', times);
      return;
    }
    const worker = times?.worker;
    call.attempted({
      invokedAt: attempt.invokedAt,
      endedAt: performance.timeOrigin + performance.now(),
      outcome: 'failed',
      error,
      ...(worker !== undefined && { worker }),
    });
    if (raced) return;
    job.observers?.callRetried(job.progress, call, error);
    call.requeued();
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      job.ready.unshift([call]);
      this.submit(job);
    }, retryDelay(call.attempts));
    this.#retries.add(timer);
  }

  #returned(attempt: Attempt, indices: readonly number[]): void {
    const calls = indices
      .map((index) => attempt.answered(index))
      .filter((call) => call !== undefined && !call.done) as Call[]; // filtered
    this.#requeue(attempt.job, calls);
    this.#pump();
  }

  /** Puts calls back in line; the attempt does not count, for it was not theirs that failed. */
  #requeue(job: Job, calls: readonly Call[]): void {
    for (const call of calls) {
      call.attempts--;
      call.requeued();
    }
    job.ready.unshift(calls);
    if (calls.length > 0) this.#lineUp(job);
  }

  /** Ends the work on calls that are settled from outside. Their companions in an invocation go on elsewhere. */
  #stopWork(calls: readonly Call[]): void {
    if (calls.length === 0) return;
    for (const attempt of [...this.#attempts.all]) {
      const own = calls.filter((call) => attempt.expects(call));
      if (own.length > 0) this.#recalls.stop(attempt, own);
    }
    this.#pump();
  }

  #lineUp(job: Job): void {
    if (job.inLine) return;
    job.inLine = true;
    this.#line.push(job);
  }

  #anyReady(): boolean {
    // Those that have none any more are let go.
    for (let job = this.#line.peek(); job !== undefined; job = this.#line.peek()) {
      if (job.ready.peek() !== undefined) return true;
      this.#line.shift();
      job.inLine = false;
    }
    return false;
  }

  #failJob(job: Job, error: unknown): void {
    for (const call of job.open) call.fail(error, 'error');
  }
}
