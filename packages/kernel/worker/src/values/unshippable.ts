import * as types from 'node:util/types';
import { isGlobalClass, isOpenClass } from './platform-class.ts';

export interface Unshippable {
  readonly what: string;
  readonly hint: string;
}

/** Global objects that hold classes. */
const NAMESPACES = ['Intl', 'WebAssembly', 'Temporal'].filter((name) => name in globalThis);

/** Classes whose instances hold on to something of their process, by name: a stream may come from any copy of its class. */
const BOUND_CLASSES = new Set([
  'Socket',
  'TLSSocket',
  'Server',
  'ChildProcess',
  'Worker',
  'MessagePort',
  'BroadcastChannel',
  'Readable',
  'Writable',
  'Duplex',
  'Transform',
  'EventTarget',
  'AbortSignal',
  'AbortController',
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'FileHandle',
  'Timeout',
  'Immediate',
  'IncomingMessage',
  'ServerResponse',
  'ClientRequest',
  'Agent',
  'FinalizationRegistry',
  'KeyObject',
  'CryptoKey',
  'Session',
  'EventEmitter',
  'AsyncLocalStorage',
  'AsyncResource',
]);

/** Classes whose instances keep what they hold where no other code can read it; global ones need no mention. */
const SEALED_CLASSES = new Set([
  ...NAMESPACES.flatMap((name) => Object.getOwnPropertyNames(Reflect.get(globalThis, name))),
  ...['Hash', 'Hmac', 'Cipheriv', 'Decipheriv', 'Sign', 'Verify', 'DiffieHellman', 'ECDH', 'X509Certificate'],
]);

/**
 * What the iterators of arrays, of texts and of matches inherit from, and those that are made of other iterators. Made when it is
 * first asked for: a Node that is too old to have them all is to be refused in words.
 */
function iteratorPrototypes(): ReadonlySet<unknown> {
  knownIterators ??= new Set<unknown>(
    [
      ...[[].values(), ''[Symbol.iterator](), ''.matchAll(/a/g)],
      ...[[].values().take(0), Iterator.from({ next: () => ({ done: true, value: undefined }) })],
    ].map((iterator) => Object.getPrototypeOf(iterator)),
  );
  return knownIterators;
}

let knownIterators: Set<unknown> | undefined;

/** Why an object cannot travel; undefined when nothing speaks against it. */
export function unshippable(object: object): Unshippable | undefined {
  if (types.isProxy(object)) return { what: 'a Proxy cannot be copied', hint: 'pass the object behind it' };
  if (types.isPromise(object)) return { what: 'a Promise cannot be copied', hint: 'await it first' };
  if (types.isWeakMap(object) || types.isWeakSet(object) || object instanceof WeakRef) {
    return {
      what: `${withArticle(nameOf(object))} cannot be copied: what it holds cannot be listed`,
      hint:
        object instanceof WeakRef
          ? 'use the object itself'
          : 'use a Map, a Set or the object itself; where a compiler made it of private fields, compile for ES2022',
    };
  }
  if (types.isArrayBuffer(object) && object.detached)
    return {
      what: 'this ArrayBuffer is empty: its memory was transferred elsewhere',
      hint: 'pass it before it is transferred, or transfer a copy',
    };
  if (types.isSharedArrayBuffer(object))
    return { what: 'a SharedArrayBuffer is memory of one process', hint: 'pass a copy of its bytes' };
  if (types.isGeneratorObject(object))
    return { what: 'a running generator cannot be copied', hint: 'collect it into an array' };
  if (
    types.isMapIterator(object) ||
    types.isSetIterator(object) ||
    iteratorPrototypes().has(Object.getPrototypeOf(object))
  )
    return { what: 'an iterator cannot be copied', hint: 'collect it into an array' };
  if (types.isExternal(object) || types.isModuleNamespaceObject(object))
    return { what: 'this object belongs to its process', hint: 'pass plain data' };
  if (types.isNativeError(object)) return undefined;
  for (
    let prototype: object | null = Object.getPrototypeOf(object);
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof owner !== 'function' || isOpenClass(owner)) continue;
    const { name } = owner;
    if (!isGlobalClass(owner)) {
      if (!(BOUND_CLASSES.has(name) || SEALED_CLASSES.has(name))) continue;
      if (!platformClasses().has(owner)) continue;
    }
    const why = BOUND_CLASSES.has(name) ? 'it holds on to something of its process' : 'what it holds cannot be read';
    return {
      what: `${withArticle(nameOf(object))} cannot be copied: ${why}`,
      hint: 'make it inside the task, or pass what it is made from',
    };
  }
  return undefined;
}

let cached: Set<unknown> | undefined;

/** A user's class may bear the name of one of Node's. */
function platformClasses(): Set<unknown> {
  if (cached !== undefined) return cached;
  cached = new Set();
  for (const id of [
    'net',
    'tls',
    'http',
    'https',
    'http2',
    'stream',
    'child_process',
    'worker_threads',
    'fs',
    'crypto',
    'events',
    'dgram',
    'inspector',
    'async_hooks',
    'buffer',
  ])
    addFunctions(cached, Object.values(process.getBuiltinModule(id) ?? {}));
  for (const name of NAMESPACES) {
    const namespace: object = Reflect.get(globalThis, name);
    addFunctions(
      cached,
      Object.getOwnPropertyNames(namespace).map((key) => Reflect.get(namespace, key)),
    );
  }
  // No module exports the classes of timers.
  const [timeout, immediate] = [setTimeout(() => {}), setImmediate(() => {})];
  clearTimeout(timeout);
  clearImmediate(immediate);
  return cached.add(timeout.constructor).add(immediate.constructor);
}

function addFunctions(functions: Set<unknown>, values: readonly unknown[]): void {
  for (const value of values) if (typeof value === 'function') functions.add(value);
}

function withArticle(name: string): string {
  return `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function nameOf(object: object): string {
  const owner: unknown = Object.getPrototypeOf(object)?.constructor;
  return typeof owner === 'function' && owner.name !== '' ? owner.name : 'object';
}
