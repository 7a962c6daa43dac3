import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CredentialStore, SandboxCredentials } from '../credentials.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { CgroupPair } from './cgroup-pair.ts';
import { exited, responseTooLarge, type SandboxFailure, timedOut } from './failures.ts';
import type { FunctionVersion } from './function-version.ts';
import { InvocationLog } from './invocation-log.ts';
import { OutputFile } from './output-file.ts';
import { type RuntimeNews, RuntimeProcess } from './runtime-process.ts';
import { sandboxEnvironment } from './sandbox-environment.ts';
import type { SandboxRoot } from './sandbox-root.ts';
import type { Turns } from './turns.ts';

export interface SandboxInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: Buffer;
  readonly clientContext?: string;
  readonly onChunk?: (chunk: Buffer) => void;
}

export interface SandboxOutcome {
  /** The answer, or what the error is told by. */
  readonly payload: Buffer;
  readonly failed: boolean;
  /** The runtime said that it streams. */
  readonly streamed: boolean;
  /** Lines of this invocation, for `LogType: Tail`. */
  readonly log: string;
}

/** What sandboxes are made with, beside the function. */
export interface SandboxHost {
  readonly root: SandboxRoot;
  readonly credentials: CredentialStore;
  readonly logs: LogStore;
  readonly region: string;
  /** How long a sandbox may take until its runtime asks for an event. */
  readonly initMs: number;
  /** How many may start at once: starting takes a CPU, of which the service has more. */
  readonly starts: Turns;
  /** How long a fresh sandbox is held back; a fault. */
  startDelay(functionName: string): number;
}

/** What happens to who is ended from outside before there is a process. */
const KILLED: RuntimeNews = { kind: 'exit', code: null, signal: 'SIGKILL' };
const MEBIBYTE = 1024 * 1024;
const FIRST_USER = 10_000;
let users = 0;

/** An execution environment: one process that runs one event at a time, frozen in between. */
export class Sandbox {
  readonly id: string = randomUUID().replaceAll('-', '');
  readonly version: FunctionVersion;
  readonly startedAt: number = Date.now();
  invocations = 0;
  state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  readonly #host: SandboxHost;
  readonly #cgroups: CgroupPair;
  readonly #output: OutputFile;
  readonly #credentials: SandboxCredentials;
  readonly #user: number;
  readonly #log: InvocationLog;
  #process: RuntimeProcess | undefined;
  #spawning: Promise<void> | undefined;
  #ready = false;

  static async create(version: FunctionVersion, host: SandboxHost): Promise<Sandbox> {
    const user = FIRST_USER + (users++ % 40_000);
    const cgroups = await host.root.cgroups.child(`sandbox-${users}`);
    cgroups.limitMemory(version.memoryMegabytes * MEBIBYTE);
    return new Sandbox(version, host, cgroups, user);
  }

  private constructor(version: FunctionVersion, host: SandboxHost, cgroups: CgroupPair, user: number) {
    this.version = version;
    this.#host = host;
    this.#cgroups = cgroups;
    this.#user = user;
    this.#credentials = host.credentials.session();
    this.#output = new OutputFile(join(host.root.folder, 'sandboxes', this.id));
    this.#log = new InvocationLog(version, this.id, host.logs, this.#output);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What was printed so far goes to the log. */
  flush(): void {
    this.#log.flush();
  }

  /** Runs one event; the sandbox may be used again, or has ended, when `settled` is over. */
  async invoke(invocation: SandboxInvocation): Promise<{ outcome: SandboxOutcome; settled: Promise<void> }> {
    this.invocations += 1;
    if (this.#ready) this.#cgroups.thaw();
    else await this.#initialise();
    this.#become('busy');
    const { requestId } = invocation;
    const started = performance.now();
    const deadline = started + this.version.timeoutSeconds * 1000;
    this.#log.start(requestId);
    let news: RuntimeNews | undefined = { kind: 'next' };
    if (!this.#ready) {
      // A failed initialisation is repeated as part of the first event, within the function's own time.
      await this.#spawn();
      news = this.#ended ? KILLED : await this.#process?.news(deadline - performance.now());
    }
    if (news?.kind === 'next') {
      this.#ready = true;
      news = await this.#run(invocation, deadline);
    }
    const outcome = this.#outcome(invocation, news, performance.now() - started);
    const alive = news?.kind === 'response' || news?.kind === 'error' || news?.kind === 'too-large';
    return { outcome, settled: alive ? this.#settle(deadline) : this.end() };
  }

  async #initialise(): Promise<void> {
    await delay(this.#host.startDelay(this.version.functionName));
    using _turn = await this.#host.starts.take();
    const started = performance.now();
    await this.#spawn();
    const news = this.#ended ? KILLED : await this.#process?.news(this.#host.initMs);
    this.#log.initialised(performance.now() - started, news);
    this.#ready = news?.kind === 'next';
    if (!this.#ready) await this.#process?.end();
  }

  async #spawn(): Promise<void> {
    if (this.#ended) return;
    this.#spawning = this.#start();
    await this.#spawning;
  }

  async #start(): Promise<void> {
    const { version } = this;
    this.#process = await RuntimeProcess.start(this.#cgroups, (runtimeApi) =>
      this.#host.root.spawn({
        taskFolder: version.taskFolder,
        ...(version.image === undefined ? {} : { image: version.image }),
        ...(version.layersFolder === undefined ? {} : { layersFolder: version.layersFolder }),
        cgroups: this.#cgroups,
        user: this.#user,
        ephemeralMegabytes: version.ephemeralMegabytes,
        output: this.#output.descriptor,
        environment: sandboxEnvironment(version, {
          region: this.#host.region,
          runtimeApi,
          logStream: this.#log.stream,
          credentials: this.#credentials,
        }),
      }),
    );
  }

  async #run(invocation: SandboxInvocation, deadline: number): Promise<RuntimeNews | undefined> {
    const runtime = this.#process;
    if (runtime === undefined) throw new Error('the sandbox has no runtime');
    const left = deadline - performance.now();
    runtime.onChunk = invocation.onChunk;
    runtime.send({ ...invocation, deadline: Math.round(Date.now() + left) });
    const news = await runtime.news(left);
    runtime.onChunk = undefined;
    return news;
  }

  #outcome(invocation: SandboxInvocation, news: RuntimeNews | undefined, milliseconds: number): SandboxOutcome {
    const { requestId } = invocation;
    const seconds = this.version.timeoutSeconds;
    const failure = failureOf(requestId, news, seconds);
    // Who is ended from outside may have nothing to be measured any more.
    const oom = news?.kind === 'exit' && !this.#ended && this.#cgroups.oomKills() > 0;
    const memory = this.#ended ? 0 : Math.ceil(this.#cgroups.takePeakBytes() / MEBIBYTE);
    const errorType = oom ? 'Runtime.OutOfMemory' : failure?.errorType;
    const told = { milliseconds, memory, ...(errorType === undefined ? {} : { errorType }) };
    const log = this.#log.end(requestId, told, news === undefined ? seconds : undefined);
    const payload =
      failure !== undefined
        ? Buffer.from(JSON.stringify(failure))
        : news?.kind === 'response'
          ? news.body
          : news?.kind === 'error' || news?.kind === 'init-error'
            ? news.error
            : Buffer.alloc(0);
    return {
      payload,
      failed: news?.kind !== 'response',
      streamed: news?.kind === 'response' && news.streamed,
      log,
    };
  }

  /** Until the runtime asks again it still runs, within the time of the event that it has answered. */
  async #settle(deadline: number): Promise<void> {
    const news = await this.#process?.news(deadline - performance.now());
    if (news?.kind !== 'next' || this.#ended) return this.end();
    this.#cgroups.freeze();
    this.#become('idle');
  }

  get #ended(): boolean {
    return this.state === 'ended';
  }

  #become(state: Sandbox['state']): void {
    if (!this.#ended) this.state = state;
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#become('ended');
    await this.#spawning;
    await this.#process?.end();
    this.flush();
    this.#output[Symbol.dispose]();
    this.#host.credentials.forget(this.#credentials.accessKeyId);
    await this.#cgroups.remove();
  }
}

function failureOf(requestId: string, news: RuntimeNews | undefined, seconds: number): SandboxFailure | undefined {
  if (news === undefined) return timedOut(requestId, seconds);
  if (news.kind === 'exit') return exited(requestId, news);
  if (news.kind === 'too-large') return responseTooLarge();
  return undefined;
}
