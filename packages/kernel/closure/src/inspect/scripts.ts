import { readFileSync, statSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { enableDebugger, knownScripts } from './debugger.ts';
import { post } from './live-objects.ts';

/** The URL, or for CommonJS the path, of the script of that id; `''` for code without one, undefined for an id that V8 does not know. */
export function scriptUrl(id: string): string | undefined {
  return (covered.get(id) ?? knownScripts.get(id) ?? cover(id) ?? enableDebugger().get(id))?.url;
}

/** Where the source map of the script is, or the map itself as a `data:` URL; `''` where there is none. */
export function sourceMapUrl(id: string): string {
  return (knownScripts.get(id) ?? enableDebugger().get(id))?.sourceMapUrl ?? '';
}

/**
 * The text that V8 runs, after whatever loader has changed it.
 * @param part the text of a function in it, where it may be looked for in the file
 */
export function scriptSource(id: string, part?: string): string {
  const own = part === undefined ? undefined : fileOf(covered.get(id) ?? cover(id), part);
  if (own !== undefined) return own;
  enableDebugger();
  return post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId: id }).scriptSource;
}

interface CoveredScript {
  readonly url: string;
  /** In UTF-16 units. */
  readonly length: number;
}

const covered = new Map<string, CoveredScript>();

/** Where the program is TypeScript, no file is what V8 runs: the debugger is needed anyway, and tells URLs, too. */
const isTransformed = /\.[cm]?tsx?$/.test(process.argv[1] ?? '');

/** V8's count of what was run tells of scripts, too, in a quarter of the time that the debugger takes. */
function cover(id: string): CoveredScript | undefined {
  if (isTransformed) return undefined;
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

/** The text of a script's file, where V8 runs just that: as long, with that function in it, and not written since this process began. */
function fileOf(script: CoveredScript | undefined, part: string): string | undefined {
  const path =
    script?.url.startsWith('file:') === true ? fileURLToPath(script.url.replace(/[?#].*$/, '')) : script?.url;
  if (script === undefined || path === undefined || !path.startsWith('/')) return undefined;
  try {
    if (statSync(path).mtimeMs >= performance.timeOrigin) return undefined;
    const text = readFileSync(path, 'utf8');
    return text.length === script.length && text.includes(part) ? text : undefined;
  } catch {
    return undefined; // a loader has made it up
  }
}
