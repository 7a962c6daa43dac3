import { LIMITS } from '../limits.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { FunctionVersion } from './function-version.ts';
import type { OutputFile } from './output-file.ts';
import type { RuntimeNews } from './runtime-process.ts';

export interface InvocationReport {
  readonly milliseconds: number;
  /** Most that was used, in MB. */
  readonly memory: number;
  readonly errorType?: string;
}

/** The log stream of a sandbox: what it printed, between the platform's own lines. */
export class InvocationLog {
  readonly stream: string;
  readonly #version: FunctionVersion;
  readonly #store: LogStore;
  readonly #output: OutputFile;
  #lines: string[] = [];
  #initMs: number | undefined;

  constructor(version: FunctionVersion, sandbox: string, store: LogStore, output: OutputFile) {
    this.stream = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${sandbox}`;
    this.#version = version;
    this.#store = store;
    this.#output = output;
    this.#write([`INIT_START Runtime Version: ${version.runtime.replace('.x', '')}`]);
  }

  flush(): void {
    this.#write(this.#output.takeAll());
  }

  /** `news` is what ended the initialisation; undefined when its time was over. */
  initialised(milliseconds: number, news: RuntimeNews | undefined): void {
    this.flush();
    if (news?.kind === 'next') {
      this.#initMs = milliseconds;
      return;
    }
    const status = news === undefined ? 'timeout' : 'error';
    const type =
      news === undefined ? '' : `\tError Type: ${news.kind === 'exit' ? 'Runtime.ExitError' : 'Runtime.Unknown'}`;
    this.#write([`INIT_REPORT Init Duration: ${milliseconds.toFixed(2)} ms\tPhase: init\tStatus: ${status}${type}`]);
  }

  start(requestId: string): void {
    this.flush();
    this.#lines = [];
    this.#write([`START RequestId: ${requestId} Version: $LATEST`]);
  }

  /** The last lines of the event, as many as callers are given. `timeoutSeconds`: when its time was over. */
  end(requestId: string, report: InvocationReport, timeoutSeconds: number | undefined): string {
    this.flush();
    if (timeoutSeconds !== undefined)
      this.#write([
        `${new Date().toISOString()} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
      ]);
    this.#write([`END RequestId: ${requestId}`, this.#report(requestId, report, timeoutSeconds !== undefined)]);
    const text = Buffer.from(`${this.#lines.join('\n')}\n`);
    return text.subarray(Math.max(0, text.length - LIMITS.logTailBytes)).toString('utf8');
  }

  #report(requestId: string, { milliseconds, memory, errorType }: InvocationReport, timeout: boolean): string {
    const { memoryMegabytes } = this.#version;
    const fields = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${milliseconds.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(milliseconds + (this.#initMs ?? 0))} ms`,
      `Memory Size: ${memoryMegabytes} MB`,
      `Max Memory Used: ${Math.min(memory, memoryMegabytes)} MB`,
      ...(this.#initMs === undefined ? [] : [`Init Duration: ${this.#initMs.toFixed(2)} ms`]),
      ...(timeout ? ['Status: timeout'] : errorType === undefined ? [] : ['Status: error', `Error Type: ${errorType}`]),
    ];
    this.#initMs = undefined;
    return `${fields.join('\t')}\t`;
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#lines.push(...lines);
    this.#store.append(this.#version.logGroup, this.stream, lines);
  }
}
