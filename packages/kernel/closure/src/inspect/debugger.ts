import { onNotification, post } from './live-objects.ts';

export interface Script {
  readonly url: string;
  readonly sourceMapUrl: string;
}

const scripts = new Map<string, Script>();

/** By their ids: what the debugger has told of so far. */
export const knownScripts: ReadonlyMap<string, Script> = scripts;

/** How long it stays on after its last use, in ms: for what captures one function after the other. */
const STAYS_MS = 20;

let listening = false;
let timer: NodeJS.Timeout | undefined;

/**
 * Turns V8's debugger on for this turn of the event loop, at least. That costs tens of milliseconds, for V8 then hashes every
 * script of the process; and while it is on, promises take seven times as long: it is off again soon after its last use.
 */
export function enableDebugger(): ReadonlyMap<string, Script> {
  if (timer !== undefined) {
    timer.refresh();
    return knownScripts;
  }
  if (!listening) {
    listening = true;
    onNotification<{ scriptId: string; url: string; sourceMapURL?: string }>('Debugger.scriptParsed', (script) => {
      scripts.set(script.scriptId, { url: script.url, sourceMapUrl: script.sourceMapURL ?? '' });
    });
  }
  post('Debugger.enable');
  timer = setTimeout(() => {
    timer = undefined;
    post('Debugger.disable');
  }, STAYS_MS);
  timer.unref();
  return knownScripts;
}
