import type { Runtime } from 'node:inspector';
import { lettingGo, liveValue, propertiesOf, remoteObject } from './live-objects.ts';

/** One of the scopes that a function closes over, innermost first. */
export interface FunctionScope {
  /** `Closure (outer)`, `Block`, `Module`, `Script` ... */
  readonly description: string;
  /** The variables that inner functions use, with their values now. */
  readonly variables: Record<string, unknown>;
}

export interface SourceLocation {
  readonly scriptId: string;
  /** From 0. */
  readonly line: number;
  readonly column: number;
}

/** The value of a variable that is declared but not yet initialised. */
export const UNINITIALIZED: unique symbol = Symbol('uninitialized');

/** A variable's value; {@link UNINITIALIZED} for one that code cannot read yet either. */
export function readVariable({ variables }: FunctionScope, name: string): unknown {
  try {
    return variables[name];
  } catch {
    // V8 throws where code would: before the variable's definition has run.
    return UNINITIALIZED;
  }
}

/** What V8 knows of a function besides its source. */
export interface FunctionFacts {
  /** The source of the function. */
  readonly text: string;
  readonly scopes: readonly FunctionScope[];
  readonly location: SourceLocation | undefined;
  readonly bound:
    | { readonly target: (...args: unknown[]) => unknown; readonly self: unknown; readonly args: readonly unknown[] }
    | undefined;
}

export function functionFacts(fn: object): FunctionFacts {
  return lettingGo(() => readFacts(fn));
}

/** Private fields of an object, `#x`, in the order in which they were made; of a class its static ones. Private methods and accessors are left out: they come with the class. */
export function privateFields(object: object): (readonly [name: string, value: unknown])[] {
  return lettingGo(() => readPrivateFields(object));
}

function readFacts(fn: object): FunctionFacts {
  const { internalProperties = [] } = propertiesOf(remoteObject(fn));
  const internal = (name: string) => internalProperties.find((property) => property.name === name)?.value;
  const target = internal('[[TargetFunction]]');
  const scopes = internal('[[Scopes]]');
  const location: unknown = internal('[[FunctionLocation]]')?.value;
  return {
    get text() {
      return Function.prototype.toString.call(fn);
    },
    scopes: scopes === undefined ? [] : readScopes(scopes),
    location: isLocation(location)
      ? { scriptId: location.scriptId, line: location.lineNumber, column: location.columnNumber }
      : undefined,
    bound: target === undefined ? undefined : readBound(target, internal('[[BoundThis]]'), internal('[[BoundArgs]]')),
  };
}

function readPrivateFields(object: object): (readonly [name: string, value: unknown])[] {
  // Present since V8 10.6; Node's types do not list it.
  const { privateProperties = [] } = propertiesOf(remoteObject(object)) as {
    privateProperties?: { name: string; value?: Runtime.RemoteObject }[];
  };
  return privateProperties.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, liveValue(value)] as const],
  );
}

function readScopes(remote: Runtime.RemoteObject): FunctionScope[] {
  const scopes = liveValue(remote) as { readonly description: string; readonly object: Record<string, unknown> }[]; // how V8 shows them
  return Array.from(scopes)
    .filter(({ description }) => !description.startsWith('Global'))
    .map(({ description, object }) => ({ description, variables: object }));
}

function readBound(
  target: Runtime.RemoteObject,
  self: Runtime.RemoteObject | undefined,
  args: Runtime.RemoteObject | undefined,
): FunctionFacts['bound'] {
  return {
    target: liveValue(target) as (...args: unknown[]) => unknown, // what a bound function calls
    self: self === undefined ? undefined : liveValue(self),
    args: args === undefined ? [] : Array.from(liveValue(args) as unknown[]), // a list, by definition
  };
}

function isLocation(value: unknown): value is { scriptId: string; lineNumber: number; columnNumber: number } {
  return typeof value === 'object' && value !== null && 'scriptId' in value;
}
