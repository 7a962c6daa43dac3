import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FunctionFacts, SourceLocation } from './function-facts.ts';
import { type CoveredScript, coveredScript } from './scripts.ts';
import { offsetOf } from './text-place.ts';

/** The file of a script that V8 runs as it is written. */
export interface ScriptFile {
  readonly text: string;
  /** TypeScript: V8 runs the same text with blanks in the place of its types. */
  readonly hasTypes: boolean;
}

/** The path of a script's file; undefined for code of the REPL or of `eval`, and for Node's own. */
export function filePath(url: string): string | undefined {
  if (url.startsWith('file:')) return fileURLToPath(url.replace(/[?#].*$/, ''));
  return url.startsWith('/') ? url : undefined;
}

/** The file of a function's script; undefined where a loader has made another text of it, and where that cannot be told. */
export function scriptFile({ location, text: part }: FunctionFacts): ScriptFile | undefined {
  const script = location && coveredScript(location.scriptId);
  const path = script && filePath(script.url);
  if (location === undefined || script === undefined || path === undefined) return undefined;
  const text = readUnchanged(path);
  if (text === undefined) return undefined;
  if (text.length === script.length && text.includes(part)) return { text, hasTypes: false };
  const isStripped = /\.[cm]?ts$/.test(path) && text.length + sourceNote(script).length === script.length;
  return isStripped && holdsBlanked(text, location, part) ? { text, hasTypes: true } : undefined;
}

/** Not when it was written after this process began: V8 may run what was there before. */
function readUnchanged(path: string): string | undefined {
  try {
    return statSync(path).mtimeMs >= performance.timeOrigin ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined; // a loader has made it up
  }
}

/** What Node puts behind the text when it has blanked the types. */
function sourceNote({ url }: CoveredScript): string {
  return `\n\n//# sourceURL=${url}`;
}

/** Whether a function stands at its place in a text, but for what is blank in the function's own text. */
function holdsBlanked(text: string, location: SourceLocation, part: string): boolean {
  const at = offsetOf(text, location);
  // The place is that of the parameters; of a class and of an arrow function, that of its begin.
  return [0, part.indexOf('(')].some((start) => {
    for (let i = Math.max(start, 0); i < part.length; i++)
      if (part[i] !== text[at + i - start] && /\S/.test(part.charAt(i))) return false;
    return true;
  });
}
