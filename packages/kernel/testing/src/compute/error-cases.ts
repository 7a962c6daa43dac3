import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { SerializationError } from '@lithops/core';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import { rejection } from '../eventually.ts';
import type { ComputeHarness } from './compute-harness.ts';

class Rejected extends RangeError {
  readonly detail: { readonly code: number };
  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Rejected';
    this.detail = { code };
  }
}

class Guarded extends Error {
  readonly #secret: number;
  readonly open = 'open';
  constructor(message: string, secret: number) {
    super(message);
    this.#secret = secret;
  }
  get secret(): number {
    return this.#secret;
  }
}

/** Errors: what a function throws is what the client sees. */
export const errorCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  {
    id: 'errors/come-back-as-themselves',
    title: 'an error comes back with its class, message, own properties and cause',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const error = await rejection(
        fexec
          .callAsync((code: number) => {
            throw new Rejected('no', code, { cause: new TypeError('deeper') });
          }, 7)
          .result(),
      );
      ok(error instanceof Rejected && error instanceof RangeError);
      deepStrictEqual([error.name, error.message, error.detail], ['Rejected', 'no', { code: 7 }]);
      ok(error.cause instanceof TypeError && error.cause.message === 'deeper');
    },
  },
  {
    id: 'errors/that-cannot-come-back-whole',
    title: 'errors that are frozen, or have private fields, end their calls as others do',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const thrown = (kind: string) => {
        if (kind === 'frozen') throw Object.freeze(new RangeError('frozen'));
        throw new Guarded('guarded', 5);
      };
      const [guarded, frozen] = fexec.map(thrown, ['guarded', 'frozen']);
      const error = await rejection(guarded?.result() ?? Promise.resolve());
      ok(error instanceof Guarded, String(error));
      deepStrictEqual([error.message, error.open], ['guarded', 'open']);
      const other = await rejection(frozen?.result() ?? Promise.resolve());
      ok(other instanceof RangeError && other.message === 'frozen', String(other));
    },
  },
  {
    id: 'errors/stack-names-the-user-s-file',
    title: "an error's stack points at the user's own file",
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const error = await rejection(
        fexec
          .callAsync(function failing() {
            throw new Error('here');
          }, 0)
          .result(),
      );
      ok(error instanceof Error);
      match(error.stack ?? '', /error-cases|runners|index|chunk/);
      ok(!/lithops:\/\/\//.test(error.stack ?? ''), error.stack);
    },
  },
  {
    id: 'errors/of-asynchronous-functions',
    title: 'a rejected promise and a synchronous throw are told alike',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const error = await rejection(fexec.callAsync(async () => Promise.reject(new SyntaxError('later')), 0).result());
      ok(error instanceof SyntaxError && error.message === 'later');
    },
  },
  {
    id: 'errors/thrown-values',
    title: 'what is thrown and is no error comes back as it is',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const thrown = await Promise.all(
        [0, 1, 2].map((which) =>
          rejection(
            fexec
              .callAsync((i: number) => {
                throw ['text', { code: 1 }, undefined][i];
              }, which)
              .result(),
          ),
        ),
      );
      deepStrictEqual(thrown, ['text', { code: 1 }, undefined]);
    },
  },
  {
    id: 'errors/one-failure-leaves-the-others',
    title: 'a failed call fails alone',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const list = fexec.map(
        (i: number) => {
          if (i === 2) throw new Error('two');
          return i;
        },
        [0, 1, 2, 3],
      );
      const [done] = await list.wait({ throwExcept: false });
      deepStrictEqual(
        Array.from(done, (future) => future.state),
        ['success', 'success', 'error', 'success'],
      );
      deepStrictEqual(await list.result({ throwExcept: false }), [0, 1, undefined, 3]);
    },
  },
  {
    id: 'errors/result-that-cannot-travel',
    title: 'a result that cannot travel is refused with its path, and the worker goes on',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const error = await rejection(fexec.callAsync((): unknown => ({ inner: { run: () => 1 } }), 0).result());
      ok(error instanceof SerializationError);
      match(error.path, /inner\.run/);
      strictEqual(error.message.split(error.hint ?? '').length, 2, error.message);
      strictEqual(await fexec.callAsync((i: number) => i + 1, 1).result(), 2);
    },
  },
  {
    id: 'errors/unhandled-rejection-in-a-task',
    title: 'a rejection that nobody handles does not end the worker',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const first = await fexec
        .callAsync(async () => {
          void Promise.reject(new Error('nobody waits for this'));
          await new Promise((resolve) => setTimeout(resolve, 20));
          return process.pid;
        }, 0)
        .result();
      strictEqual(typeof first, 'number');
      strictEqual(await fexec.callAsync((i: number) => i + 1, 1).result(), 2);
    },
  },
  {
    id: 'errors/uncaught-exception-in-a-task',
    title: 'an exception in a callback fails the call that runs, and no other',
    needs: ({ delivery }) => delivery === 'stream',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const error = await rejection(
        fexec
          .callAsync(
            () =>
              new Promise(() => {
                setTimeout(() => {
                  throw new Error('in a timer');
                }, 5);
              }),
            0,
          )
          .result({ timeout: 10 }),
      );
      ok(error instanceof Error && error.message === 'in a timer');
      strictEqual(await fexec.callAsync((i: number) => i + 1, 1).result(), 2);
    },
  },
];
