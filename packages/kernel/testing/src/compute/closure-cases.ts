import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { basename } from 'node:path';
import { SerializationError } from '@lithops/core';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import { rejection } from '../eventually.ts';
import type { ComputeHarness } from './compute-harness.ts';

function tellsWhatToDoOnce({ message, hint = '' }: SerializationError): void {
  strictEqual(message.split(hint).length, 2, message);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** Functions arrive with all that they reach. */
export const closureCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  {
    id: 'closures/captures-and-helpers',
    title: 'captured values, helpers, recursion and built-in modules work',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const offset = new Map([['by', 10]]);
      const results = await fexec
        .map((n: number) => `${basename('/a/b')} ${factorial(n) + (offset.get('by') ?? 0)}`, [3, 5])
        .result();
      deepStrictEqual(results, ['b 16', 'b 130']);
    },
  },
  {
    id: 'closures/values-of-the-moment',
    title: 'what a function captures is taken when it is submitted',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      let factor = 2;
      const list = fexec.map((n: number) => n * factor, [1, 2]);
      factor = 100;
      deepStrictEqual(await list.result(), [2, 4]);
      deepStrictEqual(await fexec.map((n: number) => n * factor, [1]).result(), [100]);
    },
  },
  {
    id: 'closures/extra-arguments-and-built-ins',
    title: 'extraArgs follow the item; built-in functions get the item alone',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      deepStrictEqual(
        await fexec.map((n: number, a: number, b: string) => `${n + a}${b}`, [1, 2], { extraArgs: [10, '!'] }).result(),
        ['11!', '12!'],
      );
      deepStrictEqual(await fexec.map(Number.parseFloat, ['1.5', '2']).result(), [1.5, 2]);
    },
  },
  {
    id: 'closures/called-on-nothing',
    title: 'a function that is called for itself has no `this`',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const receiver = function (this: unknown, n: number) {
        return [typeof this, n];
      };
      deepStrictEqual(await fexec.map(receiver as (n: number) => unknown, [1]).result(), [['undefined', 1]]);
    },
  },
  {
    id: 'closures/bound-method-with-private-fields',
    title: 'a method that uses private fields is called on its instance',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      class Offset {
        #value = 4;
        add(n: number): number {
          return n + this.#value;
        }
      }
      const offset = new Offset();
      deepStrictEqual(await fexec.map(offset.add.bind(offset), [1, 2]).result(), [5, 6]);
    },
  },
  {
    id: 'closures/refused-with-path',
    title: 'what cannot travel is refused with the path to it, and the executor goes on',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      const holder = { deep: { controller: new AbortController() } };
      const error = await rejection((async () => fexec.callAsync(() => holder.deep, 0).result())());
      ok(error instanceof SerializationError);
      ok(error.path.includes('holder') && error.path.includes('controller'), error.path);
      tellsWhatToDoOnce(error);
      const item = await rejection((async () => fexec.callAsync((_: unknown) => 1, holder).result())());
      ok(item instanceof SerializationError);
      ok(item.path.includes('deep.controller'), item.path);
      tellsWhatToDoOnce(item);
      strictEqual(await fexec.callAsync((i: number) => i + 1, 1).result(), 2);
    },
  },
  {
    id: 'closures/context',
    title: 'the context is passed to functions that declare it, and found anywhere in a task',
    async run({ createExecutor }) {
      const { taskContext } = await import('@lithops/core');
      await using fexec = createExecutor();
      const defaulted = await fexec
        .map((item: string, second = 'default', ...rest: unknown[]) => [item, second, rest.length], ['a', 'b'])
        .result();
      deepStrictEqual(defaulted, [
        ['a', 'default', 0],
        ['b', 'default', 0],
      ]);
      const passed = await fexec
        .map(
          ((item: string, context: { callId: string; attempt: number }) => [item, context.callId, context.attempt]) as (
            item: string,
          ) => unknown,
          ['a', 'b'],
        )
        .result();
      deepStrictEqual(passed, [
        ['a', '00000', 1],
        ['b', '00001', 1],
      ]);
      deepStrictEqual(
        await fexec
          .map(async () => {
            await new Promise((resolve) => setTimeout(resolve, 5));
            return taskContext().id;
          }, [0, 0, 0])
          .result(),
        [0, 1, 2],
      );
    },
  },
  {
    id: 'closures/environment-of-a-task',
    title: 'extraEnv is seen by its tasks and by no others',
    async run({ createExecutor }) {
      await using fexec = createExecutor({ maxWorkers: 1 });
      const read = () => process.env['LITHOPS_CONFORMANCE'];
      deepStrictEqual(await fexec.map(read, [0, 0], { extraEnv: { LITHOPS_CONFORMANCE: 'yes' } }).result(), [
        'yes',
        'yes',
      ]);
      strictEqual(await fexec.callAsync(read, 0).result(), undefined);
    },
  },
];
