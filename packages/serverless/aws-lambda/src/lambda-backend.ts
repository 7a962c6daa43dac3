import { GetFunctionConcurrencyCommand, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  type AcceptedInvocation,
  type BackendCleanOptions,
  type BackendCleanReport,
  type CallEvent,
  type ComputeBackend,
  type DetachedInvocation,
  type Invocation,
  InvocationError,
  type InvocationRun,
  type InvokeOptions,
  type PluginContext,
  unlessAborted,
} from '@lithops/core/plugin';
import { encodeFunctionEvent } from '@lithops/worker/lambda';
import { failureOf } from './aws/aws-error.ts';
import { controlClient, invokingClient } from './aws/clients.ts';
import { deployRuntime } from './deploy/deploy-runtime.ts';
import { ruleEvents } from './invoke/event-rules.ts';
import { requestPayload } from './invoke/function-request.ts';
import { FunctionRun } from './invoke/function-run.ts';
import { InvocationLimiter } from './invoke/invocation-limiter.ts';
import { lastWords } from './invoke/last-words.ts';
import { type Patience, sendPatiently } from './invoke/send-patiently.ts';
import { RuntimeFunctions } from './runtime-functions.ts';
import type { LambdaSettings } from './settings.ts';

/** What Lambda charges for. */
interface Bill {
  ms: number | undefined;
}

/** Runs invocations in functions of their runtime, which are deployed when they are first needed. */
export class LambdaBackend implements ComputeBackend {
  readonly runtimes: RuntimeFunctions;
  readonly #settings: LambdaSettings;
  readonly #context: PluginContext;
  readonly #control: LambdaClient;
  readonly #invoking: LambdaClient;
  readonly #limiter: InvocationLimiter;
  /** Names of functions, by memory in MB. */
  readonly #deployed = new Map<number, Promise<string>>();
  /** Of functions that take events. */
  readonly #rules = new Map<string, Promise<void>>();

  /** Nothing is asked of AWS yet. */
  constructor(settings: LambdaSettings, context: PluginContext) {
    const { maxWorkers, invokePoolThreads = maxWorkers } = settings;
    const connections = Math.min(maxWorkers, invokePoolThreads);
    this.#settings = settings;
    this.#context = context;
    this.#control = controlClient(settings);
    this.#invoking = invokingClient(settings, connections);
    this.#limiter = new InvocationLimiter(connections);
    this.runtimes = new RuntimeFunctions(this.#control, settings, context);
  }

  invoke(invocation: Invocation, options: InvokeOptions): InvocationRun | Promise<AcceptedInvocation> {
    if (options.detached !== undefined) return this.#accept(options.detached, options);
    const bill: Bill = { ms: undefined };
    return {
      [Symbol.asyncIterator]: () => this.#events(invocation, options, bill),
      billedMs: () => bill.ms,
    };
  }

  /** Functions of every runtime, and their logs; with `everything` also the roles and repositories that were made for them. */
  async clean({ scope, signal }: BackendCleanOptions): Promise<BackendCleanReport> {
    const { cleanAccount } = await import('./clean-account.ts');
    return { deleted: await cleanAccount(this.runtimes, this.#settings, { scope, signal }, this.#context.logger) };
  }

  prewarm(): void {
    this.#function(this.#settings.runtimeMemory).catch(() => {}); // told by the calls
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#deployed.values());
    this.#invoking.destroy();
    this.#control.destroy();
  }

  async *#events(invocation: Invocation, options: InvokeOptions, bill: Bill): AsyncGenerator<CallEvent> {
    const { signal, byReference } = options;
    // Lambda does not tell a function that nobody listens any more.
    const stop = () => void byReference?.stop();
    try {
      const [name, payload] = await Promise.all([
        unlessAborted(this.#function(this.#memoryOf(options)), signal),
        requestPayload(invocation, options, this.#context.logger),
      ]);
      await this.#limiter.acquire(signal);
      signal.addEventListener('abort', stop, { once: true });
      try {
        yield* this.#run(name, payload, signal, bill);
      } catch (error) {
        if (!isGone(error) || signal.aborted) throw error;
        // Nothing was run: somebody has deleted the function since it was deployed.
        yield* this.#run(await this.#again(name, options), payload, signal, bill);
      } finally {
        this.#limiter.release();
        signal.removeEventListener('abort', stop);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async *#run(name: string, payload: string, signal: AbortSignal, bill: Bill): AsyncGenerator<CallEvent> {
    const target = { client: this.#invoking, name, streamed: this.#settings.responseStreaming };
    const run = new FunctionRun(target, this.#patience(name, signal));
    try {
      yield* run.events(payload);
    } finally {
      bill.ms = run.billedMs;
    }
  }

  async #accept(detached: DetachedInvocation, options: InvokeOptions): Promise<AcceptedInvocation> {
    const { signal } = options;
    const Payload = encodeFunctionEvent({ type: 'detached', request: detached });
    const name = await unlessAborted(this.#function(this.#memoryOf(options)), signal);
    await this.#limiter.acquire(signal);
    try {
      return await this.#hand(name, Payload, signal).catch(async (error: unknown) => {
        if (!isGone(error) || signal.aborted) throw error;
        return this.#hand(await this.#again(name, options), Payload, signal);
      });
    } finally {
      this.#limiter.release();
    }
  }

  async #hand(name: string, Payload: string, signal: AbortSignal): Promise<AcceptedInvocation> {
    const patience = this.#patience(name, signal);
    await unlessAborted(this.#ruled(name), signal);
    const acceptedAt = Date.now();
    const command = new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload });
    const { $metadata } = await sendPatiently(() => this.#invoking.send(command, { abortSignal: signal }), patience);
    const { requestId } = $metadata;
    if (requestId === undefined) return {};
    return {
      id: `request ${requestId} of ${name}`,
      lastWords: () => lastWords(this.#settings, { name, requestId, acceptedAt }, this.#context.signal),
    };
  }

  /** Once for each function. */
  #ruled(name: string): Promise<void> {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const patience = this.#patience(name, this.#context.signal);
    const ruling = ruleEvents(this.#control, name, this.#settings, patience);
    this.#rules.set(name, ruling);
    // What failed may be well the next time.
    ruling.catch(() => this.#rules.delete(name));
    return ruling;
  }

  #patience(name: string, signal: AbortSignal): Patience {
    return {
      limiter: this.#limiter,
      patienceMs: this.#settings.startTimeout * 1000,
      signal,
      refusedForGood: () => this.#switchedOff(name),
    };
  }

  /** A function whose reserved concurrency is zero is one that somebody has switched off. */
  async #switchedOff(name: string): Promise<Error | undefined> {
    const answer = await this.#control
      .send(new GetFunctionConcurrencyCommand({ FunctionName: name }))
      .catch(() => undefined); // without the right to ask it is waited for
    if (answer?.ReservedConcurrentExecutions !== 0) return undefined;
    return new InvocationError(`function ${name} is switched off: its reserved concurrency is 0`, {
      hint: `aws lambda delete-function-concurrency --function-name ${name}`,
    });
  }

  #memoryOf({ runtimeMemory = this.#settings.runtimeMemory }: InvokeOptions): number {
    return runtimeMemory;
  }

  #function(memory: number): Promise<string> {
    const known = this.#deployed.get(memory);
    if (known !== undefined) return known;
    const { logger, signal } = this.#context;
    const deploying = deployRuntime({
      client: this.#control,
      settings: this.#settings,
      context: this.#context,
      memory,
      logger,
      signal,
    });
    this.#deployed.set(memory, deploying);
    // What failed may be well the next time.
    deploying.catch(() => this.#forget(memory, deploying));
    return deploying;
  }

  async #again(name: string, options: InvokeOptions): Promise<string> {
    const memory = this.#memoryOf(options);
    const known = this.#deployed.get(memory);
    // Only the first of those that notice.
    if (known !== undefined && !this.#redeploying.has(known)) {
      this.#context.logger.warn(`function ${name} has been deleted; it is deployed again`);
      this.#forget(memory, known);
      this.#rules.delete(name);
      this.#redeploying.add(this.#function(memory));
    }
    return unlessAborted(this.#function(memory), options.signal);
  }

  /** Deployments in place of what was deleted. */
  readonly #redeploying = new WeakSet<Promise<string>>();

  #forget(memory: number, deploying: Promise<string>): void {
    if (this.#deployed.get(memory) === deploying) this.#deployed.delete(memory);
  }
}

function isGone(error: unknown): boolean {
  return error instanceof InvocationError && failureOf(error.cause).code === 'ResourceNotFoundException';
}
