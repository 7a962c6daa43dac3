import type { HeapProfiler, Runtime, Session } from 'node:inspector';

/** Where live objects change hands with the inspector: it runs in this very process and knows our globals. */
const EXCHANGE: unique symbol = Symbol.for('@lithops/closure/exchange');

/** One for all copies of this module in the process: they would take the place from each other. */
const exchange: { given: unknown; taken: unknown } = sharedExchange();
let session: Session | undefined;
/** What the inspector shows of values of ours. */
const OBJECT_GROUP = 'lithops';

/** Has the inspector let go of what it has shown meanwhile: it would keep that for ever, with all that it holds. */
export function lettingGo<Result>(look: () => Result): Result {
  try {
    return look();
  } finally {
    post('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP });
  }
}

/** The inspector's view of a live value, and of all that is reached through it; to be looked at in {@link lettingGo}. */
export function remoteObject(value: unknown): Runtime.RemoteObject {
  exchange.given = value;
  const { result } = post<Runtime.EvaluateReturnType>('Runtime.evaluate', {
    expression: `globalThis[Symbol.for('${Symbol.keyFor(EXCHANGE)}')].given`,
    objectGroup: OBJECT_GROUP,
  });
  exchange.given = undefined;
  return result;
}

/** The live object of that number in a snapshot of the heap. */
export function heapObject(id: number): unknown {
  return lettingGo(() => {
    const { result } = post<HeapProfiler.GetObjectByHeapObjectIdReturnType>('HeapProfiler.getObjectByHeapObjectId', {
      objectId: String(id),
      objectGroup: OBJECT_GROUP,
    });
    return liveValue(result);
  });
}

/** The live value behind the inspector's view, the very same object. */
export function liveValue(remote: Runtime.RemoteObject): unknown {
  if (remote.objectId === undefined)
    return remote.unserializableValue === undefined ? remote.value : unserializable(remote.unserializableValue);
  post('Runtime.callFunctionOn', {
    objectId: remote.objectId,
    functionDeclaration: `function () { globalThis[Symbol.for('${Symbol.keyFor(EXCHANGE)}')].taken = this; }`,
  });
  const { taken } = exchange;
  exchange.taken = undefined;
  return taken;
}

export function propertiesOf(remote: Runtime.RemoteObject): Runtime.GetPropertiesReturnType {
  return post<Runtime.GetPropertiesReturnType>('Runtime.getProperties', {
    objectId: remote.objectId,
    ownProperties: true,
  });
}

/** Sends a command; in its own process the inspector answers at once. */
export function post<Result = unknown>(method: string, params: object = {}): Result {
  const connected = connect();
  let answer: { readonly error: Error | null; readonly result: unknown } | undefined;
  // The typed overloads name every method; this one place serves them all.
  (
    connected.post as (method: string, params: object, callback: (error: Error | null, result: unknown) => void) => void
  ).call(connected, method, params, (error, result) => {
    answer = { error, result };
  });
  if (answer === undefined) throw outOfStack(method);
  if (answer.error !== null) throw answer.error;
  const { result } = answer;
  // What we have it run throws nothing itself.
  if (typeof result === 'object' && result !== null && 'exceptionDetails' in result) throw outOfStack(method);
  return result as Result;
}

/** It runs on our stack: when that is full, it calls nobody back, or what it was to run has thrown. */
function outOfStack(method: string): RangeError {
  return new RangeError(`Maximum call stack size exceeded: the inspector did not answer ${method} at once`);
}

/** Listens to a notification of the inspector. */
export function onNotification<Params>(method: string, listener: (params: Params) => void): void {
  connect().on(method, (message: { params: Params }) => listener(message.params));
}

function connect(): Session {
  if (session !== undefined) return session;
  // A function that uses nothing from outside needs no inspector, which takes Node a millisecond to load.
  const inspector = process.getBuiltinModule('node:inspector');
  session = new inspector.Session();
  session.connect();
  return session;
}

function unserializable(text: string): unknown {
  if (text.endsWith('n')) return BigInt(text.slice(0, -1));
  return Number(text); // NaN, Infinity, -Infinity, -0
}

function sharedExchange(): { given: unknown; taken: unknown } {
  const holder = globalThis as { [EXCHANGE]?: { given: unknown; taken: unknown } }; // the one place that knows this symbol
  if (holder[EXCHANGE] === undefined)
    Object.defineProperty(globalThis, EXCHANGE, { value: { given: undefined, taken: undefined } });
  return holder[EXCHANGE] ?? { given: undefined, taken: undefined };
}
