import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Runs V8's garbage collector now; a new context has it under the flag that exposes it. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void; // what the flag puts there
    setFlagsFromString('--no-expose-gc');
  }
  collect();
}
