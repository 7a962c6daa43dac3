import { currentCall, type RunningCall } from './task-context.ts';

type Stream = 'stdout' | 'stderr';

/** Text below this many characters waits a moment for more, when lines come fast. */
const COALESCE_CHARS = 16_384;
const COALESCE_MS = 1;

/**
 * Sends what a call writes, in order and soon: a line after a pause goes at once, lines in a rush go together.
 * `flush` before the call's result is told, and before the process ends.
 */
export class CallOutput {
  readonly #send: (stream: Stream, text: string) => void;
  #stream: Stream = 'stdout';
  #pending = '';
  #sentAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (stream: Stream, text: string) => void) {
    this.#send = send;
  }

  write(stream: Stream, text: string): void {
    if (text === '') return;
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    this.#pending += text;
    if (this.#pending.length >= COALESCE_CHARS || performance.now() - this.#sentAt > COALESCE_MS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), COALESCE_MS).unref();
  }

  flush(): void {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    this.#sentAt = performance.now();
    this.#send(this.#stream, text);
  }
}

/**
 * Routes `process.stdout` and `process.stderr` (and so `console`) to the call that writes, found through its async context.
 * What no call wrote goes where it went before.
 */
export function captureProcessOutput(runningCall: () => RunningCall | undefined): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const target = process[name];
    const original = target.write.bind(target);
    const decoder = new TextDecoder();
    const write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
      const call = currentCall() ?? runningCall();
      if (call === undefined) return Reflect.apply(original, undefined, [chunk, encoding, callback]);
      call.write(name, typeof chunk === 'string' ? chunk : decoder.decode(bytesOf(chunk), { stream: true }));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(() => done());
      return true;
    };
    target.write = write;
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError(`a string or bytes can be written, not ${typeof chunk}`);
}
