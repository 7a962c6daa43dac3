import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { countOomKills } from '../pool/oom-kills.ts';
import type { WorkerCommand } from '../pool/worker-command.ts';
import { processArguments } from '../pool/worker-file.ts';
import type { DirectLine, ProcessExit } from '../protocol/index.ts';
import { DIRECT_STREAMS, greeting } from './direct-streams.ts';
import { makeExpendable } from './expendable.ts';

export interface ProcessHostOptions {
  readonly command: WorkerCommand;
  /** Told once of each process that was asked for. */
  readonly onExit: (process: number, exit: ProcessExit) => void;
  /** The client cannot be reached past its connection. */
  readonly onUnreachable: () => void;
}

/** Runs worker processes that talk to the client past their supervisor, and tells it how they ended. */
export class ProcessHost {
  readonly #options: ProcessHostOptions;
  /** By the number that the client gave it; undefined while it is being started. */
  readonly #children = new Map<number, ChildProcess | undefined>();
  #closed = false;

  constructor(options: ProcessHostOptions) {
    this.#options = options;
  }

  /** Connects to the client for the process, and hands the connections over to it. */
  async spawn(process: number, line: DirectLine): Promise<void> {
    this.#children.set(process, undefined);
    const oomKillsBefore = countOomKills();
    let child: ChildProcess;
    try {
      const streams = await this.#connections(line);
      try {
        if (!this.#children.has(process)) throw new Error('it was given up before it was started');
        child = this.#start(streams, line.file);
      } finally {
        // It has its own.
        for (const stream of streams) stream.destroy();
      }
    } catch (error) {
      const refusal = error instanceof Error ? error.message : String(error);
      return this.#tell(process, { refusal, killedForMemory: false });
    }
    this.#children.set(process, child);
    if (child.pid !== undefined) makeExpendable(child.pid);
    child.on('error', (error) => this.#tell(process, { refusal: error.message, killedForMemory: false }));
    child.on('exit', (exitCode, signal) =>
      this.#tell(process, {
        ...(exitCode !== null && { exitCode }),
        ...(signal !== null && { signal }),
        killedForMemory: signal === 'SIGKILL' && countOomKills() > oomKillsBefore,
      }),
    );
  }

  kill(process: number): void {
    const child = this.#children.get(process);
    if (child === undefined) this.#children.delete(process);
    else child.kill('SIGKILL');
  }

  /** Ends all; nothing more is told. */
  close(): void {
    this.#closed = true;
    for (const process of [...this.#children.keys()]) this.kill(process);
  }

  #start(streams: readonly Socket[], file: string): ChildProcess {
    const { execPath, execArgv, cwd, env } = this.#options.command;
    const [frames, stdout, stderr] = streams;
    const shared = openSync(file, 'r+');
    try {
      return spawn(execPath, [...execArgv, ...processArguments()], {
        cwd,
        env,
        stdio: ['ignore', stdout, stderr, frames, frames, shared],
      });
    } finally {
      closeSync(shared);
    }
  }

  async #connections({ socket, token }: DirectLine): Promise<Socket[]> {
    const streams = DIRECT_STREAMS.map((stream) => {
      // What the client sends is the process's to read.
      const connection = connect({ path: socket }).pause();
      connection.write(greeting(token, stream));
      return connection;
    });
    try {
      await Promise.all(streams.map((stream) => once(stream, 'connect')));
      return streams;
    } catch (error) {
      for (const stream of streams) stream.on('error', () => {}).destroy();
      this.#options.onUnreachable();
      throw error;
    }
  }

  #tell(process: number, exit: ProcessExit): void {
    this.#children.delete(process);
    if (!this.#closed) this.#options.onExit(process, exit);
  }
}
