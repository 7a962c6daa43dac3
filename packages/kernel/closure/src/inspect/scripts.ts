import type { Profiler } from 'node:inspector';
import { enableDebugger, knownScripts } from './debugger.ts';
import { post } from './live-objects.ts';

/** What V8's count of what was run tells of a script. */
export interface CoveredScript {
  readonly url: string;
  /** In UTF-16 units. */
  readonly length: number;
}

const covered = new Map<string, CoveredScript>();

/** The URL, or for CommonJS the path, of the script of that id; `''` for code without one, undefined for an id that V8 does not know. */
export function scriptUrl(id: string): string | undefined {
  return (covered.get(id) ?? knownScripts.get(id) ?? cover(id) ?? enableDebugger().get(id))?.url;
}

/** Where the source map of the script is, or the map itself as a `data:` URL; `''` where there is none. */
export function sourceMapUrl(id: string): string {
  return (knownScripts.get(id) ?? enableDebugger().get(id))?.sourceMapUrl ?? '';
}

/** The text that V8 runs, after whatever loader has changed it. */
export function scriptSource(id: string): string {
  enableDebugger();
  return post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId: id }).scriptSource;
}

/** Undefined for a script of which nothing was run. */
export function coveredScript(id: string): CoveredScript | undefined {
  return covered.get(id) ?? cover(id);
}

/** In a tenth of the time that the debugger takes. */
function cover(id: string): CoveredScript | undefined {
  post('Profiler.enable');
  try {
    const { result } = post<Profiler.GetBestEffortCoverageReturnType>('Profiler.getBestEffortCoverage');
    for (const { scriptId, url, functions } of result)
      covered.set(scriptId, { url, length: functions[0]?.ranges[0]?.endOffset ?? -1 });
  } finally {
    post('Profiler.disable');
  }
  return covered.get(id);
}
