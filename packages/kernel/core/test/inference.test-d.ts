import { expectTypeOf } from 'vitest';
import {
  type CallStatus,
  type CloudObject,
  type FunctionExecutor,
  type FuturesList,
  getResult,
  type ObjectPartition,
  objects,
  type ResponseFuture,
  type Storage,
  type TaskContext,
  wait,
} from '../src/index.ts';

// Nothing here runs: the compiler checks it, and says where a wrong use is none.

interface Sample {
  readonly place: string;
  readonly celsius: number;
}

declare const fexec: FunctionExecutor;
declare const samples: Sample[];
declare const object: CloudObject;

// What a function returns is what its future gives.
expectTypeOf(fexec.callAsync((n: number) => `${n}`, 1)).toEqualTypeOf<ResponseFuture<string>>();
expectTypeOf(fexec.callAsync(async (n: number) => n, 1)).toEqualTypeOf<ResponseFuture<number>>();
expectTypeOf(fexec.callAsync((n: number) => (n > 0 ? n : undefined), 1).result()).resolves.toEqualTypeOf<
  number | undefined
>();
expectTypeOf(fexec.callAsync((n: number) => n, 1).status()).resolves.toEqualTypeOf<CallStatus>();
// An item's type is known to a function that does not say it.
expectTypeOf(fexec.callAsync(({ celsius }) => celsius, samples[0] as Sample)).toEqualTypeOf<ResponseFuture<number>>();
// @ts-expect-error the argument is no number
fexec.callAsync((n: number) => n, 'one');
// @ts-expect-error there is no argument
fexec.callAsync((n: number) => n);
// @ts-expect-error a misspelt option
fexec.callAsync((n: number) => n, 1, { retires: 2 });
// @ts-expect-error an option of map
fexec.callAsync((n: number) => n, 1, { chunksize: 2 });

// Any iterable, and any asynchronous one.
expectTypeOf(fexec.map((n: number) => [n], [1, 2])).toEqualTypeOf<FuturesList<number[]>>();
expectTypeOf(fexec.map(({ place }) => place, samples)).toEqualTypeOf<FuturesList<string>>();
expectTypeOf(fexec.map(async (text) => text.length, new Set(['a']))).toEqualTypeOf<FuturesList<number>>();
expectTypeOf(fexec.map(([key, value]) => key + value, new Map([['a', 1]]))).toEqualTypeOf<FuturesList<string>>();
expectTypeOf(
  fexec.map(
    (n) => n,
    (async function* () {
      yield 1;
    })(),
  ),
).toEqualTypeOf<FuturesList<number>>();
expectTypeOf(fexec.map((n: number | string) => n, [1])).toEqualTypeOf<FuturesList<number | string>>();
expectTypeOf(fexec.map((n) => n, [1] as const).result()).resolves.toEqualTypeOf<1[]>();
expectTypeOf(fexec.map(parseFloat, ['1'])).toEqualTypeOf<FuturesList<number>>();
expectTypeOf(fexec.map((n: number) => n, [1])[0]).toEqualTypeOf<ResponseFuture<number> | undefined>();
// @ts-expect-error items are no texts
fexec.map((text: string) => text.length, [1]);
// @ts-expect-error there are no items
fexec.map((n: number) => n);
// @ts-expect-error a number is no list of items
fexec.map((n: number) => n, 3);
// @ts-expect-error a misspelt option
fexec.map((n: number) => n, [1], { chunkSize: 2 });
// @ts-expect-error an option of mapReduce
fexec.map((n: number) => n, [1], { spawnReducer: 2 });
// @ts-expect-error a text is no number of attempts
fexec.map((n: number) => n, [1], { retries: '2' });
// @ts-expect-error what a future gives is no text
void (fexec.map((n: number) => n, [1]).result() satisfies Promise<string[]>);

// Arguments behind the item, and the context.
expectTypeOf(fexec.map((n: number, factor: number) => n * factor, [1], { extraArgs: [3] })).toEqualTypeOf<
  FuturesList<number>
>();
expectTypeOf(fexec.map((n: number, step = 1) => n + step, [1])).toEqualTypeOf<FuturesList<number>>();
expectTypeOf(fexec.map((n, { id }: TaskContext) => n + id, [1])).toEqualTypeOf<FuturesList<number>>();
expectTypeOf(
  fexec.map((n, add: string, context: TaskContext) => [n, add, context.storage] as const, [1], { extraArgs: ['a'] }),
).toEqualTypeOf<FuturesList<readonly [number, string, Storage]>>();
// @ts-expect-error a list of arguments
fexec.map((n: number, factor: number) => n * factor, [1], { extraArgs: 3 });
// @ts-expect-error the context has no such part
fexec.map((n, { attempts }: TaskContext) => [n, attempts], [1]);

// Chains.
const lengths = fexec.map((text: string) => text.length, ['a']);
expectTypeOf(fexec.map((n) => n > 1, lengths)).toEqualTypeOf<FuturesList<boolean>>();
expectTypeOf(lengths.map((n) => n > 1)).toEqualTypeOf<FuturesList<boolean>>();
expectTypeOf(lengths.map(async (n) => `${n}`).map((text) => text.length)).toEqualTypeOf<FuturesList<number>>();
expectTypeOf(
  lengths.mapReduce(
    (n) => `${n}`,
    (texts) => texts.join(),
  ),
).toEqualTypeOf<ResponseFuture<string>>();
// @ts-expect-error results are numbers
fexec.map((text: string) => text, lengths);
// @ts-expect-error results are numbers
lengths.map((text: string) => text);
// @ts-expect-error a misspelt option
lengths.map((n) => n, { chunkSize: 2 });

// A reducer is given what the mapped functions return.
expectTypeOf(
  fexec.mapReduce(
    async ({ celsius }: Sample) => celsius,
    samples,
    (all) => Math.max(...all),
  ),
).toEqualTypeOf<ResponseFuture<number>>();
expectTypeOf(
  fexec.mapReduce(
    (part: ObjectPartition) => part.key,
    objects('aws_s3://books/'),
    (keys) => keys.length,
    { reducerOnePerObject: true },
  ),
).toEqualTypeOf<FuturesList<number>>();
fexec.mapReduce(
  (n: number) => n,
  [1],
  // @ts-expect-error it is given numbers
  (texts: string[]) => texts.join(),
);
fexec.mapReduce(
  (n: number) => n,
  [1],
  // @ts-expect-error it is given a list
  (sum: number) => sum,
);

// Objects.
expectTypeOf(fexec.map(async (part) => part.text(), objects(['aws_s3://books/', object]))).toEqualTypeOf<
  FuturesList<string>
>();
expectTypeOf(
  fexec.map((part) => part.totalParts, objects('https://host/file'), { objChunkSize: '64MB' }),
).toEqualTypeOf<FuturesList<number>>();
// @ts-expect-error objects come as partitions
fexec.map((text: string) => text, objects('aws_s3://books/'));
// @ts-expect-error a size is a number of bytes, or a text with a unit
fexec.map((part) => part.part, objects('aws_s3://books/'), { objChunkSize: ['64MB'] });

// Streams.
expectTypeOf(fexec.mapStream(async (n: number) => `${n}`, [1], { ordered: false })).toEqualTypeOf<
  AsyncIterable<string>
>();
// @ts-expect-error the number of a stream is no text
fexec.mapStream((n: number) => n, [1], { maxInFlight: 'many' });

// Lists of futures.
expectTypeOf(lengths.result()).resolves.toEqualTypeOf<number[]>();
for await (const future of lengths) expectTypeOf(future).toEqualTypeOf<ResponseFuture<number>>();
expectTypeOf(getResult(lengths)).resolves.toEqualTypeOf<number[]>();
expectTypeOf(fexec.getResult(lengths)).resolves.toEqualTypeOf<number[]>();
expectTypeOf(fexec.getResult(fexec.callAsync((n: number) => n, 1))).resolves.toEqualTypeOf<number>();
expectTypeOf(wait(lengths)).resolves.toEqualTypeOf<[done: FuturesList<number>, notDone: FuturesList<number>]>();
expectTypeOf(lengths.filter(({ success }) => success)).toEqualTypeOf<ResponseFuture<number>[]>();
