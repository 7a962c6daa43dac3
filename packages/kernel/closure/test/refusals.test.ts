import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createReadStream, createWriteStream, promises } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { capture, SerializationError } from '../src/index.ts';
import { load } from '../src/load.ts';

type AnyFunction = (...args: never[]) => unknown;

const refusal = (fn: AnyFunction): SerializationError => {
  try {
    capture(fn);
  } catch (error) {
    if (error instanceof SerializationError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

const shipped = async (fn: AnyFunction) => (await load(await capture(fn).build())).fn;

const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true });
const child = fork('-', [], { execArgv: ['-e', 'setInterval(() => {}, 1e6)'], stdio: 'ignore' });
const { port1 } = new MessageChannel();
const file = await promises.open(import.meta.filename);
const timer = setInterval(() => {}, 1e6);
afterAll(async () => {
  clearInterval(timer);
  child.kill();
  port1.close();
  await Promise.all([worker.terminate(), file.close()]);
});
const { Module } = Reflect.get(globalThis, 'WebAssembly') as { readonly Module: new (bytes: Uint8Array) => object };
const emptyWasm = new Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));

const MAKE_IT = /^make it inside the task, or pass what it is made from$/;
const REFUSED: [string, unknown, RegExp, RegExp][] = [
  ['a server', createServer(), /a Server cannot be copied: it holds on to something of its process/, MAKE_IT],
  ['an HTTP server', createHttpServer(), /a Server cannot be copied/, MAKE_IT],
  ['a socket', new Socket(), /a Socket cannot be copied/, MAKE_IT],
  ['a file read as a stream', createReadStream(import.meta.filename), /a ReadStream cannot be copied/, MAKE_IT],
  ['a file written as a stream', createWriteStream('/dev/null'), /a WriteStream cannot be copied/, MAKE_IT],
  ['a stream', Readable.from(['a']), /a Readable cannot be copied/, MAKE_IT],
  ['a web stream', new ReadableStream(), /a ReadableStream cannot be copied/, MAKE_IT],
  ['the output of the process', process.stdout, /cannot be copied: it holds on to something/, MAKE_IT],
  ['an open file', file, /a FileHandle cannot be copied/, MAKE_IT],
  ['a worker', worker, /a Worker cannot be copied/, MAKE_IT],
  ['a message port', port1, /a MessagePort cannot be copied/, MAKE_IT],
  ['a child process', child, /a ChildProcess cannot be copied/, MAKE_IT],
  ['a timer', timer, /a Timeout cannot be copied/, MAKE_IT],
  ['an event emitter', new (class Bus extends EventEmitter {})(), /a Bus cannot be copied/, MAKE_IT],
  ['a signal', new AbortController().signal, /an AbortSignal cannot be copied/, MAKE_IT],
  ['a hash', createHash('sha1'), /a Hash cannot be copied/, MAKE_IT],
  ['headers', new Headers({ a: 'b' }), /a Headers cannot be copied: what it holds cannot be read/, MAKE_IT],
  ['a blob', new Blob(['a']), /a Blob cannot be copied: what it holds cannot be read/, MAKE_IT],
  ['a format', new Intl.NumberFormat('en'), /a NumberFormat cannot be copied: what it holds/, MAKE_IT],
  ['compiled WebAssembly', emptyWasm, /a Module cannot be copied: what it holds/, MAKE_IT],
  ['a WeakMap', new WeakMap(), /a WeakMap cannot be copied: what it holds cannot be listed/, /use a Map, a Set/],
  ['a WeakSet', new WeakSet(), /a WeakSet cannot be copied: what it holds cannot be listed/, /use a Map, a Set/],
  ['a WeakRef', new WeakRef({}), /a WeakRef cannot be copied/, /the object itself/],
  ['a promise', Promise.resolve(1), /a Promise cannot be copied/, /^await it first$/],
  ['a proxy', new Proxy({}, {}), /a Proxy cannot be copied/, /^pass the object behind it$/],
  ['a proxy of a function', new Proxy(() => 1, {}), /a Proxy cannot be copied/, /^pass the function behind it$/],
  ['shared memory', new SharedArrayBuffer(1), /SharedArrayBuffer is memory of one process/, /copy of its bytes/],
  ['a running generator', (function* () {})(), /a running generator cannot be copied/, /collect it into an array/],
  ['an iterator', [1].values(), /an iterator cannot be copied/, /collect it into an array/],
  [
    'a symbol of its own',
    Symbol('mine'),
    /Symbol\(mine\) exists only in (?:its|this) process/,
    /^use Symbol\.for\(key\)$/,
  ],
  ['a native function', resolver(), /is a native function that no built-in module has/, /in a function of your own/],
  ["a native method's bound twin", Promise.prototype.then.bind(Promise.resolve()), /a Promise cannot/, /await it/],
];

function resolver(): unknown {
  return Promise.withResolvers().resolve;
}

describe('what cannot travel is refused, with where it is and what to do', () => {
  it.each(REFUSED)('%s', (_, value, reason, hint) => {
    const settings = { deep: [value] };
    const helper = () => settings;
    const main = () => helper();
    const inValue = refusal(main);
    expect(inValue.path).toMatch(/^main -> helper -> settings\.deep\[0\]/);
    expect(inValue.reason).toMatch(reason);
    expect(inValue.hint).toMatch(hint);
    expect(inValue.message).toBe(`${inValue.path}: ${inValue.reason}; ${inValue.hint}`);
    const direct = () => value;
    const inVariable = refusal(direct);
    expect(inVariable.path).toMatch(/^direct -> value/);
    expect(inVariable.reason).toMatch(reason);
    expect(inVariable.hint).toMatch(hint);
  });

  it('through functions that objects hold', () => {
    const socket = new Socket();
    const tools = { send: () => socket, nested: [{ close: () => socket.end() }] };
    const main = () => tools;
    expect(refusal(main).path).toBe('main -> tools.send -> socket');
    const { nested } = tools;
    const other = () => nested;
    expect(refusal(other).path).toBe('other -> nested[0].close -> socket');
  });
});

describe('methods with private names', () => {
  class Base {
    #value = 4;
    static #shared = 10;
    plus(n: number) {
      return n + this.#value;
    }
    static shift(n: number) {
      return n + Base.#shared;
    }
    get value() {
      return this.#value;
    }
  }
  class Derived extends Base {
    #factor = 2;
    override plus(n: number) {
      return super.plus(n) * this.#factor;
    }
  }
  const base = new Base();
  const derived = new Derived();

  it.each<[string, AnyFunction, number]>([
    ['bound to an instance', base.plus.bind(base), 5],
    ['bound to an instance of a subclass', derived.plus.bind(derived), 10],
    ['inherited', Base.prototype.plus.bind(derived), 5],
    ['static', Base.shift.bind(Base), 11],
    ['called on an instance', (n: number) => base.plus.call(derived, n), 5],
  ])('ship %s', async (_, fn, expected) => {
    expect(await (await shipped(fn))(1 as never)).toBe(expected);
  });

  it('are refused on their own', () => {
    const { plus } = base;
    expect(refusal(plus)).toMatchObject({
      path: 'plus',
      reason: expect.stringMatching(/uses #value, and was found without its class/),
      hint: 'pass object.plus.bind(object), or (item) => object.plus(item)',
    });
    const get = Object.getOwnPropertyDescriptor(Base.prototype, 'value')?.get as AnyFunction;
    expect(refusal(get).hint).toBe('pass () => object.value');
  });
});
