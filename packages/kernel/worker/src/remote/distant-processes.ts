import type { DirectLine, ProcessExit, WorkerRequest } from '../protocol/index.ts';

/** Is told once how a process ended, or what became of its supervisor. */
export type ExitListener = (exit: ProcessExit | Error) => void;

/** The processes that a supervisor has started and that talk to us past it. */
export class DistantProcesses {
  readonly #send: (request: WorkerRequest) => void;
  readonly #listeners = new Map<number, ExitListener>();
  #last = 0;

  constructor(send: (request: WorkerRequest) => void) {
    this.#send = send;
  }

  /** @returns what kills it */
  spawn(line: DirectLine, onExit: ExitListener): () => void {
    const process = ++this.#last;
    this.#listeners.set(process, onExit);
    this.#send({ type: 'spawn', process, line });
    return () => {
      if (this.#listeners.has(process)) this.#send({ type: 'kill', process });
    };
  }

  exited(process: number, exit: ProcessExit): void {
    const listener = this.#listeners.get(process);
    this.#listeners.delete(process);
    listener?.(exit);
  }

  /** Nobody tells of them any more. */
  lost(error: Error): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener(error);
  }
}
