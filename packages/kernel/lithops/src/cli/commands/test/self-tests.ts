import type { FunctionExecutor, TaskContext } from '@lithops/core';

/** A job whose outcome is known. @throws what is wrong with it */
export interface SelfTest {
  readonly name: string;
  readonly about: string;
  run(fexec: FunctionExecutor): Promise<void>;
}

const quiet = { showProgressBar: false } as const;

/** What the configured backend and storage must do, in some small jobs. */
export const selfTests: readonly SelfTest[] = [
  {
    name: 'call',
    about: 'one call of a function with a captured variable',
    async run(fexec) {
      const captured = new Map([['answer', 42]]);
      expectSame(await fexec.callAsync((key: string) => captured.get(key), 'answer').result(quiet), 42);
    },
  },
  {
    name: 'map',
    about: 'ten calls, whose results are in the order of their items',
    async run(fexec) {
      const numbers = Array.from({ length: 10 }, (_, n) => n);
      const squares = await fexec.map((n: number) => n * n, numbers).result(quiet);
      expectSame(
        squares,
        numbers.map((n) => n * n),
      );
    },
  },
  {
    name: 'map-reduce',
    about: 'results that are put together by another call',
    async run(fexec) {
      const count = (text: string) => text.split(' ').length;
      const sum = (counts: number[]) => counts.reduce((total, n) => total + n, 0);
      expectSame(await fexec.mapReduce(count, ['a b c', 'd e', 'f'], sum).result(quiet), 6);
    },
  },
  {
    name: 'error',
    about: 'an error that comes back as what it was',
    async run(fexec) {
      const failing = fexec.callAsync((limit: number) => {
        throw new RangeError(`more than ${limit}`);
      }, 7);
      const error = await failing.result(quiet).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expectSame([error instanceof RangeError, error instanceof Error ? error.message : error], [true, 'more than 7']);
    },
  },
  {
    name: 'logs',
    about: 'what a task prints',
    async run(fexec) {
      const printing = fexec.callAsync((text: string) => console.log(text), 'printed by a task');
      await printing.result(quiet);
      expectSame(printing.logs.trim(), 'printed by a task');
    },
  },
  {
    name: 'bytes',
    about: 'a MB there and back',
    async run(fexec) {
      const bytes = new Uint8Array(1024 * 1024).map((_, at) => at % 251);
      const reversed = await fexec.callAsync((given: Uint8Array) => given.toReversed(), bytes).result(quiet);
      expectSame([reversed.length, reversed[0], reversed.at(-1)], [bytes.length, bytes.at(-1), 0]);
    },
  },
  {
    name: 'storage',
    about: 'an object that a task writes and the client reads',
    async run(fexec) {
      const written = await fexec
        .callAsync((text: string, context: TaskContext) => context.storage.putCloudObject(text), 'written by a task')
        .result(quiet);
      try {
        const bytes = await fexec.storage.getCloudObject(written);
        expectSame(new TextDecoder().decode(bytes), 'written by a task');
      } finally {
        await fexec.storage.deleteCloudObject(written);
      }
    },
  },
];

function expectSame(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${is} came back instead of ${should}`);
}
