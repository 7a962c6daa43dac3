import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionVersion } from './function-version.ts';
import { Sandbox, type SandboxHost, type SandboxInvocation, type SandboxOutcome } from './sandbox.ts';

const SETTLING_MS = 1_000;

/** Sandboxes of all functions: made when none is free, used again while they are warm, ended when nobody needs them. */
export class SandboxPool implements AsyncDisposable {
  readonly #host: SandboxHost;
  readonly #idleMs: number;
  readonly #sandboxes = new Set<Sandbox>();
  readonly #timers = new Map<Sandbox, NodeJS.Timeout>();
  readonly #ending = new Set<Promise<void>>();
  readonly #outdated = new WeakSet<Sandbox>();

  constructor(host: SandboxHost, idleMs: number) {
    this.#host = host;
    this.#idleMs = idleMs;
  }

  get sandboxes(): readonly Sandbox[] {
    return [...this.#sandboxes];
  }

  /** Runs an event in a free sandbox of this very version, or in a new one. */
  async run(version: FunctionVersion, invocation: SandboxInvocation): Promise<SandboxOutcome> {
    const sandbox = this.#free(version) ?? (await this.#create(version));
    const { outcome, settled } = await sandbox.invoke(invocation);
    const free = settled.then(() => this.#settled(sandbox));
    this.#track(free);
    // Who has an answer may count on a warm sandbox, unless the runtime goes on with something else.
    await Promise.race([free, delay(SETTLING_MS, undefined, { ref: false })]);
    return outcome;
  }

  /** Sandboxes of a function that are not of this version end, those that run once they have answered. */
  keepOnly(functionName: string, version: FunctionVersion | undefined): void {
    for (const sandbox of this.#sandboxes)
      if (sandbox.version.functionName === functionName && sandbox.version !== version) {
        this.#outdated.add(sandbox);
        if (sandbox.state === 'idle') this.#end(sandbox);
      }
  }

  /** Ends sandboxes of a function, in whatever they are doing. */
  kill(functionName: string): void {
    for (const sandbox of this.#sandboxes) if (sandbox.version.functionName === functionName) this.#end(sandbox);
  }

  flush(): void {
    for (const sandbox of this.#sandboxes) if (sandbox.state !== 'ended') sandbox.flush();
  }

  #free(version: FunctionVersion): Sandbox | undefined {
    // The one that was used last is the warmest.
    const free = [...this.#timers.keys()].findLast((sandbox) => sandbox.version === version);
    if (free === undefined) return undefined;
    clearTimeout(this.#timers.get(free));
    this.#timers.delete(free);
    return free;
  }

  async #create(version: FunctionVersion): Promise<Sandbox> {
    const sandbox = await Sandbox.create(version, this.#host);
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  #settled(sandbox: Sandbox): void {
    if (sandbox.state === 'ended') this.#sandboxes.delete(sandbox);
    else if (this.#outdated.has(sandbox)) this.#end(sandbox);
    else this.#timers.set(sandbox, setTimeout(() => this.#end(sandbox), this.#idleMs).unref());
  }

  #end(sandbox: Sandbox): void {
    clearTimeout(this.#timers.get(sandbox));
    this.#timers.delete(sandbox);
    this.#sandboxes.delete(sandbox);
    this.#track(sandbox.end());
  }

  #track(work: Promise<void>): void {
    this.#ending.add(work);
    void work.finally(() => this.#ending.delete(work));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sandbox of this.#sandboxes) this.#end(sandbox);
    await Promise.all(this.#ending);
  }
}
