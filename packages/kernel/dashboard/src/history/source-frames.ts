import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFrame } from '../view/call-view.ts';

const MOST_FRAMES = 5;
/** No path is longer. */
const MOST_FRAME_CHARS = 5000;
const MOST_FILE_BYTES = 2 * 1024 * 1024;
const LINES_AROUND = 4;
const MOST_LINE_CHARS = 500;
const SOURCE_FILE = /\.[cm]?[jt]sx?$/;
/** `at name (place:12:5)` or `at place:12:5` */
const FRAME =
  /^\s*at (?:(?:async )?(?:new )?(?<name>[^()]*?) \()?(?:async )?(?<place>.+?):(?<line>\d+):(?<column>\d+)\)?$/;

/**
 * The frames of a stack that are in the user's own files, with the lines around them. Which files are read is said by the
 * journal, never by who asks; and only source files in the folder of the program are, whatever a stack names: it came
 * from a worker, and so from anybody's code.
 */
export async function sourceFrames(stack: string, script: string | undefined, at: number): Promise<SourceFrame[]> {
  if (script === undefined || !isAbsolute(script)) return [];
  const root = await realpath(dirname(script)).catch(() => undefined);
  if (root === undefined || root === dirname(root)) return []; // never a whole disk
  const frames: SourceFrame[] = [];
  for (const line of stack.split('\n').slice(0, 100)) {
    if (frames.length >= MOST_FRAMES) break;
    if (line.length > MOST_FRAME_CHARS) continue;
    const frame = await sourceFrame(line, root, at);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

async function sourceFrame(text: string, root: string, at: number): Promise<SourceFrame | undefined> {
  const groups = FRAME.exec(text)?.groups;
  const path = pathOf(groups?.['place'] ?? '');
  if (groups === undefined || path === undefined) return undefined;
  const source = await readSource(path, root);
  if (source === undefined) return undefined;
  const [line, column] = [Number(groups['line']), Number(groups['column'])];
  const lines = source.text.split('\n');
  if (line < 1 || line > lines.length) return undefined;
  const first = Math.max(1, line - LINES_AROUND);
  const functionName = groups['name'];
  return {
    ...(functionName !== undefined && functionName !== '' && { functionName }),
    file: source.name,
    line,
    column,
    firstLine: first,
    lines: lines.slice(first - 1, line + LINES_AROUND).map((each) => each.replace(/\r$/, '').slice(0, MOST_LINE_CHARS)),
    changed: source.changedAt > at,
  };
}

function pathOf(place: string): string | undefined {
  try {
    if (place.startsWith('file:')) return fileURLToPath(place);
  } catch {
    return undefined;
  }
  return isAbsolute(place) ? place : undefined;
}

/** Undefined unless it is a source file of the program, of no package that it has installed, and not hidden. */
async function readSource(
  path: string,
  root: string,
): Promise<{ readonly name: string; readonly text: string; readonly changedAt: number } | undefined> {
  try {
    // Links are followed before it is asked where the file is.
    const real = await realpath(path);
    const name = relative(root, real);
    const parts = name.split(sep);
    if (isAbsolute(name) || parts.some((part) => part.startsWith('.') || part === 'node_modules')) return undefined;
    if (!SOURCE_FILE.test(real)) return undefined;
    const found = await stat(real);
    if (!found.isFile() || found.size > MOST_FILE_BYTES) return undefined;
    return { name: parts.join('/'), text: await readFile(real, 'utf8'), changedAt: found.mtimeMs };
  } catch {
    return undefined; // gone, or not for us to read
  }
}
