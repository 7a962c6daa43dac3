import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { CgroupPair } from './cgroup-pair.ts';
import { Mailbox } from './mailbox.ts';
import { RuntimeApi, type RuntimeEvent } from './runtime-api.ts';

/** What happens to the runtime of a sandbox. */
export type RuntimeNews =
  | { readonly kind: 'next' }
  | { readonly kind: 'init-error'; readonly error: Buffer }
  | { readonly kind: 'response'; readonly body: Buffer; readonly streamed: boolean }
  | { readonly kind: 'too-large'; readonly bytes: number }
  | { readonly kind: 'error'; readonly error: Buffer }
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A runtime's process and the Runtime API that it is served by. */
export class RuntimeProcess {
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;
  readonly #cgroups: CgroupPair;
  readonly #news: Mailbox<RuntimeNews>;
  readonly #exited: Promise<unknown>;
  /** Is given the bytes of answers while they are written. */
  onChunk: ((chunk: Buffer) => void) | undefined;

  /** `spawn` starts the process that will ask at the given address. */
  static async start(cgroups: CgroupPair, spawn: (runtimeApi: string) => ChildProcess): Promise<RuntimeProcess> {
    const news = new Mailbox<RuntimeNews>();
    let started: RuntimeProcess | undefined;
    const api = await RuntimeApi.listen({
      onNext: () => news.put({ kind: 'next' }),
      onInitError: (error) => news.put({ kind: 'init-error', error }),
      onChunk: (_requestId, chunk) => started?.onChunk?.(chunk),
      onResponse: (_requestId, body, streamed) => news.put({ kind: 'response', body, streamed }),
      onTooLarge: (_requestId, bytes) => news.put({ kind: 'too-large', bytes }),
      onError: (_requestId, error) => news.put({ kind: 'error', error }),
    });
    started = new RuntimeProcess(api, spawn(api.address), cgroups, news);
    return started;
  }

  private constructor(api: RuntimeApi, child: ChildProcess, cgroups: CgroupPair, news: Mailbox<RuntimeNews>) {
    this.#api = api;
    this.#child = child;
    this.#cgroups = cgroups;
    this.#news = news;
    this.#exited = once(child, 'exit').then((told) => {
      const [code, signal] = told as [number | null, NodeJS.Signals | null]; // as documented
      news.put({ kind: 'exit', code, signal });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(event: RuntimeEvent): void {
    this.#api.send(event);
  }

  /** What happens next, or undefined when the time is over. */
  news(milliseconds: number): Promise<RuntimeNews | undefined> {
    return this.#news.take(milliseconds);
  }

  /** With all that it has started. */
  async end(): Promise<void> {
    // It may not have entered its control group yet.
    this.#child.kill('SIGKILL');
    this.#cgroups.kill();
    await this.#exited;
    await this.#api[Symbol.asyncDispose]();
  }
}
