import { onNotification, post } from './live-objects.ts';

export interface Script {
  readonly url: string;
  readonly sourceMapUrl: string;
}

let scripts: Map<string, Script> | undefined;

/** The script of that id. */
export function scriptOf(id: string): Script | undefined {
  return enableDebugger().get(id);
}

/** The first call costs tens of milliseconds: V8 then tells of every script of the process. */
export function enableDebugger(): ReadonlyMap<string, Script> {
  if (scripts !== undefined) return scripts;
  const known = new Map<string, Script>();
  scripts = known;
  onNotification<{ scriptId: string; url: string; sourceMapURL?: string }>('Debugger.scriptParsed', (script) => {
    known.set(script.scriptId, { url: script.url, sourceMapUrl: script.sourceMapURL ?? '' });
  });
  post('Debugger.enable');
  return known;
}

/** The text that V8 runs, after whatever loader has changed it. */
export function scriptSource(id: string): string {
  enableDebugger();
  return post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId: id }).scriptSource;
}
