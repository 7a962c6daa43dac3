import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeThrown,
  decodeValue,
  decodeValues,
  EncodedValues,
  encodeThrown,
  encodeValue,
  encodeValues,
  ValueBatch,
  ValueDecodingError,
  ValueEncodingError,
  type ValueTable,
} from '../src/values/index.ts';

const roundTrip = (value: unknown, table?: ValueTable) => decodeValue(encodeValue(value, table), table);

function tableOf(...entries: object[]): ValueTable {
  return { entries, indexOf: (value) => entries.indexOf(value) };
}

/** Bytes whose memory has gone elsewhere. */
function transferred(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

class Point {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    if (x === undefined) throw new Error('constructors do not run');
    this.x = x;
    this.y = y;
  }
  norm(): number {
    return Math.hypot(this.x, this.y);
  }
}

class Failure extends RangeError {
  readonly detail: string;
  constructor(detail: string, options?: ErrorOptions) {
    super(`failed: ${detail}`, options);
    this.name = 'Failure';
    this.detail = detail;
  }
}

describe('values', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['-0', -0],
    ['a BigInt', 12345678901234567890n],
    ['an invalid date', new Date(Number.NaN)],
    ['a regular expression with lastIndex', Object.assign(/a+/giu, { lastIndex: 3 })],
    ['a Map with objects as keys', new Map<unknown, unknown>([[{ a: 1 }, new Set([1, 'two'])]])],
    [
      'typed arrays',
      [new Float64Array([1, -0, Number.NaN]), new BigInt64Array([1n]), new DataView(new ArrayBuffer(3))],
    ],
    ['a Buffer', Buffer.from('bytes')],
    ['an empty Buffer', Buffer.alloc(0)],
    ['a URL', new URL('https://user@example.org:81/a?b#c')],
    ['search parameters', new URLSearchParams('a=1&a=2')],
    ['a null prototype', Object.assign(Object.create(null), { a: 1 })],
    ['a sparse array', Object.assign(new Array(5), { 2: 'x' })],
    ['an array with a property', Object.assign([1, 2], { extra: true })],
    ['boxed primitives', [Object(1), Object('text'), Object(false), Object(1n)]],
    ['registered and well-known symbols', [Symbol.for('mine'), Symbol.iterator, { [Symbol.for('key')]: 1 }]],
    ['an array of a few elements far apart', Object.assign([1], { [2 ** 31]: 2 })],
    ['an own __proto__', JSON.parse('{"__proto__": {"polluted": true}}')],
  ])('gives back %s', (_, value) => {
    const back = roundTrip(value);
    expect(isDeepStrictEqual(back, value)).toBe(true);
    if (typeof value === 'object' && value !== null)
      expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(value));
  });

  it('keeps what was called with, in `arguments`', () => {
    const list = (function (..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: the very object that is meant
      return arguments;
    })('a', { b: 1 });
    const back = roundTrip(list) as IArguments;
    expect([Object.prototype.toString.call(back), back.length, ...back]).toEqual([
      '[object Arguments]',
      2,
      'a',
      { b: 1 },
    ]);
  });

  it('keeps views that grow with their buffer, and those that do not', () => {
    const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
    const views = [new Uint8Array(buffer), new Uint8Array(buffer, 0, 4), new DataView(buffer, 2)] as const;
    const back = roundTrip(views) as typeof views;
    expect(back[0].buffer).toBe(back[1].buffer);
    (back[0].buffer as ArrayBuffer).resize(8);
    expect(back.map(({ byteLength }) => byteLength)).toEqual([8, 4, 6]);
  });

  it('gives back instances of a class of the user that is a global', () => {
    class GlobalPoint extends Point {}
    Reflect.set(globalThis, 'GlobalPoint', GlobalPoint);
    try {
      expect(roundTrip(new GlobalPoint(3, 4), tableOf(GlobalPoint))).toBeInstanceOf(GlobalPoint);
      expect(() => roundTrip(new GlobalPoint(3, 4))).toThrow(/class GlobalPoint is not known to the other side/);
    } finally {
      Reflect.deleteProperty(globalThis, 'GlobalPoint');
    }
  });

  it('gives back instances of subclasses of all that is built in', () => {
    class Address extends URLSearchParams {}
    class Stopped extends DOMException {}
    class Amount extends Number {}
    class Block extends ArrayBuffer {}
    const values = [new Address('a=1'), new Stopped('now', 'AbortError'), new Amount(5), new Block(3)] as const;
    const back = roundTrip(values, tableOf(Address, Stopped, Amount, Block)) as typeof values;
    for (const [i, value] of back.entries()) expect(value.constructor).toBe(values[i]?.constructor);
    expect([back[0].get('a'), back[1].name, Number(back[2]) + 1, back[3].byteLength]).toEqual([
      '1',
      'AbortError',
      6,
      3,
    ]);
  });

  it('gives back what is of another realm as what it is in this one', () => {
    const [list, map, error] = runInNewContext(
      '[[1, { a: 2 }], new Map([[1, 2]]), new RangeError("far")]',
    ) as unknown[];
    const back = roundTrip({ list, map, error }) as { list: unknown; map: unknown; error: Error };
    expect(isDeepStrictEqual([back.list, back.map], [[1, { a: 2 }], new Map([[1, 2]])])).toBe(true);
    expect([back.error instanceof Error, back.error.message]).toEqual([true, 'far']);
  });

  it.skipIf(typeof SuppressedError !== 'function')('keeps suppressed errors', () => {
    const back = roundTrip(new SuppressedError(new Error('a'), new Error('b'), 'both')) as SuppressedError;
    expect(back).toBeInstanceOf(SuppressedError);
    expect([back.message, back.error.message, back.suppressed.message]).toEqual(['both', 'a', 'b']);
  });

  it('keeps Buffer and Uint8Array apart', () => {
    expect(Buffer.isBuffer(roundTrip(Buffer.from([1, 2])))).toBe(true);
    expect(Buffer.isBuffer(roundTrip(new Uint8Array([1, 2])))).toBe(false);
    const nested = roundTrip({ a: Buffer.from([1]), b: new Uint8Array([1]) }) as { a: unknown; b: unknown };
    expect([Buffer.isBuffer(nested.a), Buffer.isBuffer(nested.b)]).toEqual([true, false]);
  });

  it.each([8, 400_000])('gives typed arrays of %i bytes their class and a buffer of their own', (size) => {
    const views = [new Uint8Array(size), new Float64Array(size / 8), new DataView(new ArrayBuffer(size))];
    const looks = (view: ArrayBufferView) => [view.constructor.name, view.byteOffset, view.buffer.byteLength];
    for (const view of views)
      for (const value of [view, [view], Object.freeze([view])]) {
        // As they arrive: somewhere in a larger buffer of Node's.
        const encoded = encodeValue(value);
        const message = Buffer.concat([Buffer.alloc(3), encoded]).subarray(3);
        const back = decodeValue(message) as ArrayBufferView | ArrayBufferView[];
        expect(looks(Array.isArray(back) ? (back[0] as ArrayBufferView) : back)).toEqual(looks(view));
      }
  });

  it('keeps attributes and integrity', () => {
    const value = Object.freeze({ a: Object.seal([1]), b: Object.preventExtensions({}) });
    const back = roundTrip(value) as typeof value;
    expect([Object.isFrozen(back), Object.isSealed(back.a), Object.isExtensible(back.b)]).toEqual([true, true, false]);
    const hidden = Object.defineProperty({}, 'hidden', {
      value: 1,
      enumerable: false,
      writable: false,
      configurable: true,
    });
    expect(Object.getOwnPropertyDescriptor(roundTrip(hidden), 'hidden')).toEqual(
      Object.getOwnPropertyDescriptor(hidden, 'hidden'),
    );
  });

  it('keeps sharing, cycles and shared bytes', () => {
    const shared = { n: 1 };
    const value: Record<string, unknown> = { a: shared, b: [shared] };
    value['self'] = value;
    const back = roundTrip(value) as { a: object; b: object[]; self: unknown };
    expect(back.b[0]).toBe(back.a);
    expect(back.self).toBe(back);
    const buffer = new ArrayBuffer(8);
    const views = roundTrip([new Uint8Array(buffer, 2, 4), new Uint16Array(buffer)]) as [Uint8Array, Uint16Array];
    expect(views[0].buffer).toBe(views[1].buffer);
    expect([views[0].byteOffset, views[0].length, views[1].length]).toEqual([2, 4, 4]);
  });

  it('takes a list of 100,000 links', () => {
    let list: { next: unknown } = { next: null };
    for (let i = 0; i < 100_000; i++) list = { next: list };
    let back = roundTrip(list) as typeof list | null;
    let length = 0;
    while (back !== null) {
      length++;
      back = back.next as typeof list | null;
    }
    expect(length).toBe(100_001);
  });

  it('takes a lattice whose paths are too many to walk', () => {
    let node: object = {};
    for (let i = 0; i < 64; i++) node = { left: node, right: node };
    const back = roundTrip(node) as { left: object; right: object };
    expect(back.left).toBe(back.right);
  });

  it('gives back instances as instances, without running constructors', () => {
    const table = tableOf(Point, Failure);
    const back = roundTrip({ p: new Point(3, 4) }, table) as { p: Point };
    expect(back.p).toBeInstanceOf(Point);
    expect(back.p.norm()).toBe(5);
    class Stack extends Array<number> {
      top(): number | undefined {
        return this.at(-1);
      }
    }
    const stack = Stack.from([1, 2]) as Stack;
    const stackBack = roundTrip(stack, tableOf(Stack)) as Stack;
    expect([stackBack.top(), stackBack.length, stackBack instanceof Stack, Array.isArray(stackBack)]).toEqual([
      2,
      2,
      true,
      true,
    ]);
  });

  it('gives back functions of the table as themselves', () => {
    const greet = () => 'hello';
    expect((roundTrip([greet], tableOf(greet)) as unknown[])[0]).toBe(greet);
  });

  it.each<[string, unknown, string]>([
    ['a function', { db: { run: () => 1 } }, 'value.db.run'],
    ['a promise', [1, Promise.resolve()], 'value[1]'],
    ['a weak map', new Map([['k', new WeakMap()]]), 'value.get("k")'],
    ['a stranger class', { 'a b': new Point(1, 2) }, 'value["a b"]'],
    ['a local symbol', { [Symbol('mine')]: 1 }, 'value[Symbol(mine)]'],
    ['a proxy', { p: new Proxy({}, {}) }, 'value.p'],
    ['shared memory', { m: new SharedArrayBuffer(1) }, 'value.m'],
    ['a controller', { c: new AbortController() }, 'value.c'],
    ['an event', { e: new Event('x') }, 'value.e'],
    ['what only Node has inside', { n: navigator }, 'value.n'],
    ['an iterator made of another', { i: [1].values().map(String) }, 'value.i'],
    ['a buffer without its memory', { b: transferred().buffer }, 'value.b'],
    ['bytes without their memory', transferred(), 'value.buffer'],
    ['bytes without their memory, in a value', { b: [transferred()] }, 'value.b[0].buffer'],
  ])('refuses %s and says where it is', (_, value, path) => {
    const error = (() => {
      try {
        encodeValue(value);
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(ValueEncodingError);
    expect((error as ValueEncodingError).path).toBe(path);
  });

  it('does not rebuild an instance of a class with private fields where it cannot', () => {
    const bytes = encodeValue(new Point(1, 2), {
      ...tableOf(Point),
      instances: { read: () => ({ '#x': 1 }), create: () => undefined, write: () => undefined },
    });
    expect(() => decodeValue(bytes, tableOf(Point))).toThrow(ValueDecodingError);
  });

  it('round trips any plain value', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withBoxedValues: true,
      maxDepth: 4,
    });
    fc.assert(
      fc.property(anything, (value) => isDeepStrictEqual(roundTrip(value), value)),
      { numRuns: 500 },
    );
  });

  it('never does worse than refuse damaged bytes', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 5 });
    const values = fc.oneof(
      fc.anything({ maxDepth: 3 }),
      fc.constant(Object.freeze([new Error('x'), new URL('http://a'), Symbol.for('s')])),
    );
    fc.assert(
      fc.property(values, damage, fc.boolean(), (value, changes, cut) => {
        const bytes = encodeValue(value).slice();
        for (const [at, to] of changes) bytes[at % bytes.length] = to;
        try {
          decodeValue(cut ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ValueDecodingError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('batches', () => {
  it('give back each value in its place', () => {
    const values = [1, 'two', { three: 3 }, null, undefined, [4], Buffer.from('five')];
    const batch = new EncodedValues(encodeValues(values));
    expect(decodeValues(encodeValues(values))).toEqual(values);
    expect(values.map((_, i) => batch.get(i))).toEqual(values);
  });

  it('give back every primitive exactly, in short batches and in long ones', () => {
    const primitive = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud800', 'x'.repeat(2000), -0, Number.NaN, Number.NEGATIVE_INFINITY, undefined, null, true),
      fc.double(),
      fc.bigInt(),
    );
    fc.assert(
      fc.property(fc.array(primitive, { maxLength: 40 }), (values) => {
        const back = decodeValues(encodeValues(values));
        expect(back.length).toBe(values.length);
        for (const [i, value] of values.entries()) expect(Object.is(back[i], value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('are refused when the head of a short one is damaged', () => {
    const bytes = encodeValues([1, 2]);
    bytes[bytes.length - 1] = 0x21;
    expect(() => new EncodedValues(bytes)).toThrow(ValueDecodingError);
  });

  it('do not share an object between two items', () => {
    const shared = { n: 1 };
    const [a, b] = decodeValues(encodeValues([shared, shared]));
    expect(a).toEqual(b);
    expect(a).not.toBe(b);
  });

  it('take objects as they are when they are added', () => {
    const batch = new ValueBatch();
    const item = { n: 1 };
    batch.add(item);
    item.n = 2;
    expect(decodeValues(batch.finish())).toEqual([{ n: 1 }]);
  });

  it('are as before when a value is refused', () => {
    const batch = new ValueBatch();
    batch.add(1);
    expect(() => batch.add(() => 1)).toThrow(ValueEncodingError);
    batch.add(2);
    expect(decodeValues(batch.finish())).toEqual([1, 2]);
  });
});

describe('thrown values', () => {
  const throwAndBack = (thrown: unknown, table?: ValueTable) => decodeThrown(encodeThrown(thrown, table), table);

  it('keep class, message, own properties, cause and stack', () => {
    const failure = new Failure('disk', { cause: new TypeError('inner', { cause: 'text' }) });
    const back = throwAndBack(failure, tableOf(Failure)) as Failure;
    expect(back).toBeInstanceOf(Failure);
    expect(back).toBeInstanceOf(RangeError);
    expect([back.message, back.detail, back.stack]).toEqual([failure.message, 'disk', failure.stack]);
    expect(back.cause).toBeInstanceOf(TypeError);
    expect((back.cause as Error).cause).toBe('text');
    expect(Object.keys(back)).toEqual(Object.keys(failure));
  });

  it('become an error of the nearest known class, the name kept, where theirs is unknown', () => {
    const back = throwAndBack(new Failure('disk')) as Error & { detail: string };
    expect(back).toBeInstanceOf(RangeError);
    expect([back.name, back.message, back.detail]).toEqual(['Failure', 'failed: disk', 'disk']);
  });

  it.each<[string, unknown]>([
    ['text', 'just text'],
    ['undefined', undefined],
    ['an object', { code: 5, deep: [1] }],
    ['a symbol', Symbol.for('stop')],
  ])('stay what they are: %s', (_, thrown) => {
    expect(throwAndBack(thrown)).toEqual(thrown);
  });

  it('lose only the properties that cannot travel', () => {
    const error = Object.assign(new Error('with a handle'), {
      code: 'EHANDLE',
      handle: new AbortController(),
      run: () => 1,
    });
    const back = throwAndBack(error) as typeof error & { droppedProperties: string };
    expect([back.message, back.code, back.handle, back.run]).toEqual([
      'with a handle',
      'EHANDLE',
      undefined,
      undefined,
    ]);
    expect(back.droppedProperties).toMatch(/handle.*run/s);
  });

  it('keep the class where they lose private fields', () => {
    const table: ValueTable = {
      ...tableOf(Failure),
      instances: { read: () => ({ '#secret': 1 }), create: () => undefined, write: () => undefined },
    };
    const back = throwAndBack(new Failure('disk'), table) as Failure & { droppedProperties: string };
    expect(back).toBeInstanceOf(Failure);
    expect([back.message, back.detail]).toEqual(['failed: disk', 'disk']);
    expect(back.droppedProperties).toMatch(/private fields cannot be set from outside: #secret/);
  });

  it('keep aggregate errors, DOM exceptions and system errors', () => {
    const aggregate = throwAndBack(new AggregateError([new Error('a'), 'b'], 'both')) as AggregateError;
    expect(aggregate).toBeInstanceOf(AggregateError);
    expect(aggregate.errors.map(String)).toEqual(['Error: a', 'b']);
    const aborted = throwAndBack(new DOMException('stopped', 'AbortError')) as DOMException;
    expect([aborted instanceof DOMException, aborted.name]).toEqual([true, 'AbortError']);
    const system = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', errno: -2, syscall: 'open' });
    expect(throwAndBack(system)).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'open' });
  });
});
