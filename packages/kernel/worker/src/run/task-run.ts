import type { CallEvent } from '../call-event.ts';
import type { Invocation, TaskSetup } from '../invocation.ts';
import { CallOutput } from './call-output.ts';
import { createTaskContext, type RunningCall, type WorkerTaskContext } from './task-context.ts';

/** A call while it runs. What most calls never ask for is made when one does. */
export class TaskRun implements RunningCall {
  readonly call: number;
  readonly #invocation: Invocation;
  readonly #signal: AbortSignal;
  readonly #emit: (event: CallEvent) => void;
  #context: WorkerTaskContext | undefined;
  #output: CallOutput | undefined;

  constructor(invocation: Invocation, call: number, signal: AbortSignal, emit: (event: CallEvent) => void) {
    this.call = call;
    this.#invocation = invocation;
    this.#signal = signal;
    this.#emit = emit;
  }

  get context(): WorkerTaskContext {
    this.#context ??= createTaskContext(this.#invocation, this.call, this.#signal, (stream, text) =>
      this.write(stream, text),
    );
    return this.#context;
  }

  get setup(): TaskSetup | undefined {
    return this.#invocation.task;
  }

  write(stream: 'stdout' | 'stderr', text: string): void {
    this.#output ??= new CallOutput((from, written) =>
      this.#emit({ type: 'log', call: this.call, stream: from, text: written }),
    );
    this.#output.write(stream, text);
  }

  /** Sends what it has written so far. */
  flush(): void {
    this.#output?.flush();
  }
}
