import { createRequire } from 'node:module';

type Closure = typeof import('@lithops/closure');

/** Where code that was sent to a task finds it, whatever copy of core it came with. In a shipped module only where executors are made. */
export const PROVIDED_CLOSURE = 'lithops.closure.1';

let closure: Closure | undefined;

/** Loaded when it is first needed, when the first worker is starting already: the parser in it takes as long as a worker does. */
export function loadClosure(): Closure {
  closure ??= provided() ?? (createRequire(import.meta.url)('@lithops/closure') as Closure); // what is there by its name
  return closure;
}

/** For all copies of core in this process. */
export function provideClosure(module: Closure): void {
  Object.defineProperty(globalThis, Symbol.for(PROVIDED_CLOSURE), { value: module, configurable: true });
}

function provided(): Closure | undefined {
  return (globalThis as { [key: symbol]: Closure | undefined })[Symbol.for(PROVIDED_CLOSURE)]; // by `provideClosure`
}
