import { Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capture, SerializationError } from '../src/index.ts';
import { load } from '../src/load.ts';

type AnyFunction = (...args: never[]) => unknown;

/** The function as another process has it: made anew from its module. */
async function shipped<Fn extends (...args: never[]) => unknown>(fn: Fn): Promise<Fn> {
  return (await load(await capture(fn).build())).fn as unknown as Fn; // the same function, by its module
}

const refusal = (fn: AnyFunction): SerializationError => {
  try {
    capture(fn);
  } catch (error) {
    if (error instanceof SerializationError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('captured values', () => {
  it('are what they were when the function was captured', async () => {
    let n = 1;
    const captured = capture(() => n);
    n = 2;
    expect((await load(await captured.build())).fn()).toBe(1);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['-0', -0],
    ['NaN', Number.NaN],
    ['a BigInt', 2n ** 80n],
    ['a long text', 'x'.repeat(10_000)],
    ['a registered symbol', Symbol.for('a')],
    ['a well-known symbol', Symbol.asyncIterator],
    ['a date', new Date(5)],
    ['a regular expression', /a(?<b>c)/dgu],
    ['a map with a set', new Map([[{ a: 1 }, new Set(['b'])]])],
    ['typed arrays', [new Float32Array([1.5]), new Uint8Array([1, 2])]],
    ['a Buffer', Buffer.from('abc')],
    ['a URL', new URL('http://a/b?c#d')],
    ['a null prototype', Object.assign(Object.create(null), { a: 1 })],
    ['a sparse array', Object.assign(new Array(3), { 1: 1 })],
  ])('%s', async (_, value) => {
    const back = (await shipped(() => value))();
    expect(isDeepStrictEqual(back, value)).toBe(true);
  });

  it('keep errors with their causes', async () => {
    const error = Object.assign(new RangeError('outer', { cause: new TypeError('inner') }), { code: 'E_CODE' });
    const back = (await shipped(() => error))();
    expect(back).toBeInstanceOf(RangeError);
    expect([back.message, back.code, (back.cause as Error).message]).toEqual(['outer', 'E_CODE', 'inner']);
  });

  it('keep freezing, attributes and accessors', async () => {
    const object = Object.freeze({
      n: 2,
      get twice() {
        return this.n * 2;
      },
    });
    const back = (await shipped(() => object))();
    expect([Object.isFrozen(back), back.twice]).toEqual([true, 4]);
    expect(Object.getOwnPropertyDescriptor(back, 'twice')?.get).toBeTypeOf('function');
  });

  it('share what they share, round in circles too', async () => {
    const shared = { list: [1] };
    const a = { shared };
    const b: Record<string, unknown> = { shared };
    b['self'] = b;
    const [first, second] = (await shipped(() => [a, b] as const))();
    expect(first.shared).toBe(second['shared']);
    expect(second['self']).toBe(second);
  });

  it('of any kind round trip', async () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      maxDepth: 3,
    });
    await fc.assert(
      fc.asyncProperty(anything, anything, async (a, b) => {
        const holder = { a, again: a };
        const back = (await shipped(() => [holder, b] as const))();
        expect(isDeepStrictEqual(back, [holder, b])).toBe(true);
        if (typeof a === 'object' && a !== null) expect(back[0].a).toBe(back[0].again);
      }),
      { numRuns: 150 },
    );
  });
});

describe('functions', () => {
  it('ship with default and rest parameters, destructuring and shadowed names', async () => {
    const x = 10;
    const fn = await shipped(
      ({ a = x, ...rest }: { a?: number; b?: number }, [c = 0]: number[] = [x], ...more: number[]) => {
        const inner = (x: number) => x + c;
        {
          const x = 1;
          return [a, rest, inner(x), { x }, more, ((): number => x)()];
        }
      },
    );
    expect(fn({ b: 2 }, [3], 4)).toEqual([10, { b: 2 }, 4, { x: 1 }, [4], 1]);
  });

  it('ship defaults of parameters that use what the body declares anew', async () => {
    const x = 10;
    const twice = (n: number) => n * 2;
    const fn = await shipped((a = x, b = () => twice(x)) => {
      var x = 1;
      function twice(n: number) {
        return n + 100;
      }
      return [a, b(), x, twice(x)];
    });
    expect(fn()).toEqual([10, 20, 1, 101]);
  });

  it('ship arrow functions in which objects have methods with super', async () => {
    const fn = await shipped((n: number) => {
      const base = { twice: (m: number) => m * 2 };
      const derived = {
        __proto__: base,
        twice(m: number): number {
          return super.twice(m) + 1;
        },
        get once(): number {
          return super.twice(n) / 2;
        },
      };
      return [derived.twice(n), derived.once];
    });
    expect(fn(3)).toEqual([7, 3]);
  });

  it('ship long chains of objects with functions that capture the next', async () => {
    interface Link {
      readonly next: () => Link | undefined;
    }
    let first: Link | undefined;
    for (let i = 0; i < 1500; i++) {
      const next = first;
      first = { next: () => next };
    }
    const fn = await shipped(() => {
      let count = 0;
      for (let link = first; link !== undefined; link = link.next()) count++;
      return count;
    });
    expect(fn()).toBe(1500);
  });

  it('ship the `arguments` of the function around them', async () => {
    function around(..._: number[]) {
      // biome-ignore lint/complexity/noArguments: what is captured
      return () => [arguments.length, arguments[1]];
    }
    expect((await shipped(around(5, 6)))()).toEqual([2, 6]);
  });

  it('ship classes and instances of classes that are globals', async () => {
    class GlobalCount {
      n = 1;
      next() {
        return ++this.n;
      }
    }
    Reflect.set(globalThis, 'GlobalCount', GlobalCount);
    try {
      const count = new GlobalCount();
      expect((await shipped(() => [count.next(), count instanceof GlobalCount]))()).toEqual([2, true]);
    } finally {
      Reflect.deleteProperty(globalThis, 'GlobalCount');
    }
  });

  it('ship functions and objects of another realm', async () => {
    const { add, config } = runInNewContext(
      `const base = 2; ({ add: function (n) { return base + n; }, config: { list: [1], when: new Date(5) } })`,
    ) as { add: (n: number) => number; config: { list: number[]; when: Date } };
    expect((await shipped(() => [add(1), config.list, config.when.getTime()]))()).toEqual([3, [1], 5]);
  });

  it('ship mutual and self recursion, and keep their names', async () => {
    const even = (n: number): boolean => n === 0 || odd(n - 1);
    const odd = (n: number): boolean => n !== 0 && even(n - 1);
    const fn = await shipped((n: number) => [even(n), even.name, odd.name]);
    expect(fn(10)).toEqual([true, 'even', 'odd']);
  });

  it('ship methods, accessors and computed names of objects', async () => {
    const key = 'computed';
    const tools = {
      factor: 3,
      scale(n: number) {
        return n * this.factor;
      },
      [key]: () => 'by name',
      async *count() {
        yield 1;
      },
    };
    const fn = await shipped(async () => {
      const seen = [];
      for await (const n of tools.count()) seen.push(n);
      return [tools.scale(2), tools.computed(), seen];
    });
    expect(await fn()).toEqual([6, 'by name', [1]]);
  });

  it('ship properties put on functions, and statics of classes as they are now', async () => {
    const fn = Object.assign((n: number) => n + fn.offset, { offset: 5 });
    class Registry {
      static entries: string[] = ['initial'];
      static #secret = 1;
      static bump() {
        return ++Registry.#secret;
      }
    }
    Registry.entries.push('added');
    Registry.bump();
    expect((await shipped(fn))(1)).toBe(6);
    expect((await shipped(() => [Registry.entries, Registry.bump()]))()).toEqual([['initial', 'added'], 3]);
  });

  it('ship instances with private state of their own and of their base', async () => {
    class Account {
      #balance: number;
      readonly log: string[] = [];
      constructor(balance: number) {
        if (balance === undefined) throw new Error('constructors do not run again');
        this.#balance = balance;
      }
      pay(amount: number) {
        this.#balance -= amount;
        this.log.push(`paid ${amount}`);
        return this.#balance;
      }
    }
    class Savings extends Account {
      #rate = 0.5;
      grow() {
        this.#rate *= 2;
        return this.#rate;
      }
    }
    const savings = new Savings(100);
    savings.pay(30);
    savings.grow();
    const fn = await shipped(() => [savings.pay(10), savings.grow(), savings.log, savings instanceof Account]);
    expect(fn()).toEqual([60, 2, ['paid 30', 'paid 10'], true]);
    expect(savings.log).toEqual(['paid 30']);
  });

  it('ship subclasses of built-ins', async () => {
    class Stack extends Array<number> {
      get top() {
        return this.at(-1);
      }
    }
    class Problem extends Error {
      readonly code = 7;
    }
    const stack = Stack.from([1, 2]) as Stack;
    const fn = await shipped(() => [
      stack.top,
      stack instanceof Stack,
      new Problem('x').code,
      new Problem('x') instanceof Error,
    ]);
    expect(fn()).toEqual([2, true, 7, true]);
  });

  it('keep the `this` of arrow functions: of classes, of methods that run, and of methods that have returned', async () => {
    class Scale {
      factor: number;
      constructor(factor: number) {
        this.factor = factor;
      }
      times = (n: number) => n * this.factor;
      static unit = 'kg';
      static readonly label = () => Scale.unit;
      running(ship: typeof shipped) {
        return ship((n: number) => [n * this.factor, this instanceof Scale]);
      }
      async later(ship: typeof shipped) {
        await Promise.resolve();
        return ship((n: number) => ((m: number) => m * this.factor)(n));
      }
      returned() {
        return (n: number) => n + this.factor;
      }
    }
    const scale = new Scale(3);
    const { times } = scale;
    const other = new Scale(5);
    const returned = other.returned();
    const holder = { times: returned };
    expect((await shipped(() => [scale.times(2), Scale.label()]))()).toEqual([6, 'kg']);
    expect((await scale.running(shipped))(2)).toEqual([6, true]);
    expect((await scale.later(shipped))(2)).toBe(6);
    expect((await shipped(() => [times(1), returned(1), holder.times(2), scale.times === times]))()).toEqual([
      3,
      6,
      7,
      true,
    ]);
    expect((await shipped(returned))(1)).toBe(6);
  });

  it.each([[undefined], [null], [true], [false]])('keep a `this` that is %s', async (receiver) => {
    function returned(this: unknown) {
      return () => this;
    }
    expect((await shipped(returned.call(receiver)))()).toBe(receiver);
  });

  it('keep methods that were replaced, and prototypes that were changed', async () => {
    class Plain {
      name() {
        return 'as written';
      }
    }
    Plain.prototype.name = () => 'replaced';
    Object.assign(Plain.prototype, { extra: [1] });
    const fn = await shipped(() => [new Plain().name(), (new Plain() as Plain & { extra: number[] }).extra]);
    expect(fn()).toEqual(['replaced', [1]]);
  });

  it.each([
    ['number', 2.5],
    ['string', 'text'],
    ['symbol', Symbol('s')],
    ['bigint', 12n],
  ])('refuses a `this` of which nobody tells the value: a %s', (kind, receiver) => {
    function returned(this: unknown) {
      return () => this;
    }
    const { message } = refusal(returned.call(receiver) as () => unknown);
    expect(message).toContain(`a \`this\` that is a ${kind}`);
    expect(message).toContain('keep it in a variable');
  });

  it('refuses what an arrow function has of the method around it, and cannot take with it', () => {
    class Child extends Object {
      text() {
        return () => super.toString();
      }
      target() {
        const holder: { made?: () => boolean } = {};
        function Maker() {
          holder.made = () => new.target === undefined;
        }
        Maker();
        return holder.made as () => boolean;
      }
    }
    expect(refusal(new Child().text()).message).toMatch(/super of the method around it.*variable/);
    expect(refusal(new Child().target()).message).toMatch(/new\.target of the function around it/);
  });

  it('keep two counters of one kind apart', async () => {
    const counter = (start: number) => {
      let n = start;
      return { up: () => ++n, label: `from ${start}` };
    };
    const [a, b] = [counter(0), counter(10)];
    expect((await shipped(() => [a.up(), a.up(), b.up()]))()).toEqual([1, 2, 11]);
  });

  it('keep scopes of the same contents apart, and one scope one, however their functions are mixed', async () => {
    const counter = () => {
      let n = 0;
      return [() => ++n, () => n, () => () => ++n] as const;
    };
    const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 6, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const counters = [counter(), counter(), counter()];
        const picked = list.map(([which, part]) => {
          const [up, get, nested] = counters[which] as ReturnType<typeof counter>;
          return part === 0 ? up : part === 1 ? get : nested();
        });
        const fn = await shipped(() => [...picked, ...picked].map((step) => step()));
        const there = fn();
        expect(there).toEqual([...picked, ...picked].map((step) => step()));
      }),
      { numRuns: 3 },
    );
  }, 120_000);
});

describe('what cannot travel', () => {
  const socket = new Socket();
  const db = { pool: { socket } };
  const query = () => db.pool.socket.remoteAddress;

  it.each<[string, AnyFunction, string, RegExp]>([
    ['a socket', () => query(), 'query -> db.pool.socket', /Socket.*make it inside the task/],
    [
      'a promise',
      (
        (promise) => () =>
          promise
      )(Promise.resolve()),
      'promise',
      /await it first/,
    ],
    [
      'a weak map',
      (
        (map) => () =>
          map
      )(new WeakMap()),
      'map',
      /WeakMap/,
    ],
    [
      'a proxy',
      (
        (proxy) => () =>
          proxy
      )(new Proxy({}, {})),
      'proxy',
      /Proxy/,
    ],
    [
      'a local symbol',
      (
        (symbol) => () =>
          symbol
      )(Symbol('mine')),
      'symbol',
      /Symbol\.for/,
    ],
  ])('is refused with its path: %s', (_, fn, path, hint) => {
    const error = refusal(fn);
    expect(error.path).toContain(path);
    expect(error.message).toMatch(hint);
  });

  it('a method on its own, a class, and super outside of a class are explained', () => {
    const object = {
      n: 1,
      method() {
        return this.n;
      },
    };
    expect(refusal(object.method).message).toMatch(/bind/);
    expect(refusal(class Thing {} as never).message).toMatch(/new Thing/);
    class Account extends Object {
      #balance = 1;
      text() {
        return `${super.toString()} ${this.#balance}`;
      }
    }
    const { text } = Account.prototype;
    expect(refusal(() => text()).message).toMatch(/uses super.*without its class.*bind/);
  });

  it.each([
    ['with', 'with ({ a: 1 }) { return a; }'],
    ['octal numbers', 'return 010;'],
    ['deleted variables', 'var a; delete a;'],
  ])('code that is not strict is refused: %s', (_, body) => {
    const old = new Function(body) as () => unknown;
    expect(refusal(() => old()).message).toMatch(
      /-> old: this function has what only code that is not strict may have: .+; write it as/,
    );
  });

  it('functions that capture each other deeper than the stack', () => {
    let fn = (n: number): number => n;
    for (let i = 0; i < 3000; i++) {
      const inner = fn;
      fn = (n) => inner(n) + 1;
    }
    expect(refusal(fn).message).toMatch(/capture others in turn.*than the stack holds; keep them in an array/);
  });

  it('a variable that has no value yet', () => {
    const fn = () => later;
    const error = refusal(fn);
    const later = 1;
    expect(error.message).toMatch(/no value yet.*later/);
  });
});
