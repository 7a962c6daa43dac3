import { spawn } from 'node:child_process';
import { InvocationError, WorkerLostError } from '@lithops/core/plugin';
import { lostProcessError, supervisorArguments, WorkerConnection, workerFile } from '@lithops/core/worker';

const STDERR_TAIL_CHARS = 2000;
/** Workers end when their input does; those that do not are killed after so many ms. */
const PATIENCE_MS = 2000;

/** A worker behind a command, spoken to through its stdin and stdout. */
export class LaunchedWorker {
  #child;
  #connection;
  #ended;
  #stderr = '';

  constructor({ command = [], runtimeMemory }) {
    const [program, ...args] = [
      ...command,
      process.execPath,
      workerFile(),
      ...supervisorArguments({ processes: 1, ...(runtimeMemory !== undefined && { heapMegabytes: runtimeMemory }) }),
    ];
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (cause) => resolve(this.#refusal(program, cause)));
      this.#child.once('close', (exitCode, signal) => resolve(this.#loss(exitCode, signal)));
    });
    this.#child.stderr.on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL_CHARS);
    });
    // A program that waits for nothing else is free to end; the connection holds on to it while invocations run.
    this.#child.unref();
    this.#child.stderr.unref();
    this.#connection = new WorkerConnection({
      input: this.#child.stdin,
      output: this.#child.stdout,
      toError: lostProcessError,
      explainEnd: () => this.#ended,
    });
  }

  get usable() {
    return this.#connection.usable;
  }

  get isFree() {
    return this.#connection.size === 0;
  }

  run(invocation, module, signal) {
    return this.#connection.run(invocation, module, signal);
  }

  async close() {
    this.#connection.close();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #refusal(program, cause) {
    return new InvocationError(`${program} could not be started: ${cause.message}`, {
      cause,
      hint: "see key 'command' of section 'launcher'",
    });
  }

  #loss(exitCode, signal) {
    const end = signal === null ? `ended with exit code ${exitCode}` : `was killed by ${signal}`;
    const said = this.#stderr.trim() === '' ? '' : `; it wrote: ${this.#stderr.trim()}`;
    return new WorkerLostError(`a launched worker ${end}${said}`, signal === null ? { exitCode } : { signal });
  }
}
