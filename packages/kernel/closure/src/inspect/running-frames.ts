import type { Debugger } from 'node:inspector';
import { parseProgram, type TextRange, thisProviderAt } from '../analyze/this-provider.ts';
import { enableDebugger } from './debugger.ts';
import type { SourceLocation } from './function-facts.ts';
import { liveValue, onNotification } from './live-objects.ts';
import { scriptSource } from './scripts.ts';
import { isBefore, offsetOf, type Place, placeAt } from './text-place.ts';

/** A function that is running now. */
interface RunningFrame {
  readonly receiver: unknown;
}

let wanted: SourceLocation | undefined;
let found: RunningFrame | undefined;
let listening = false;

/**
 * The function whose `this` an arrow function at that place has, when it is running: an arrow function is mostly shipped
 * by the method that makes it. Undefined when it is not, when it runs for several objects at once, and when somebody else
 * debugs this process: our pause would be theirs.
 */
export function runningFrameAt(location: SourceLocation): RunningFrame | undefined {
  if (process.getBuiltinModule('node:inspector').url() !== undefined) return undefined;
  enableDebugger();
  if (!listening) {
    listening = true;
    onNotification<Debugger.PausedEventDataType>('Debugger.paused', ({ callFrames }) => {
      if (wanted !== undefined) found = frameAround(callFrames, wanted);
    });
  }
  wanted = location;
  found = undefined;
  pause();
  wanted = undefined;
  return found;
}

/** The inspector of the own thread tells of a pause at once, and does not wait for an answer. */
function pause(): void {
  // biome-ignore lint/suspicious/noDebugger: it is what makes the inspector tell which functions run
  debugger;
}

function frameAround(frames: readonly Debugger.CallFrame[], place: SourceLocation): RunningFrame | undefined {
  const inScript = frames.filter(({ functionLocation }) => functionLocation?.scriptId === place.scriptId);
  if (inScript.length === 0) return undefined;
  const provider = providerOf(place);
  if (provider === undefined) return undefined;
  const receivers = new Set<unknown>();
  for (const { scopeChain, this: receiver } of inScript) {
    const own = scopeChain.find(({ type }) => type === 'local');
    if (own?.startLocation === undefined || own.endLocation === undefined) continue;
    const [start, end] = [placeOf(own.startLocation), placeOf(own.endLocation)];
    const holdsPlace = isBefore(start, place) && isBefore(place, end);
    if (holdsPlace && !isBefore(start, provider.start) && !isBefore(provider.end, end))
      receivers.add(liveValue(receiver));
  }
  return receivers.size === 1 ? { receiver: [...receivers][0] } : undefined;
}

function providerOf(place: SourceLocation): { readonly start: Place; readonly end: Place } | undefined {
  const source = scriptSource(place.scriptId);
  const program = parseProgram(source);
  const range: TextRange | undefined = program && thisProviderAt(program, offsetOf(source, place));
  return range && { start: placeAt(source, range.start), end: placeAt(source, range.end) };
}

function placeOf({ lineNumber, columnNumber = 0 }: Debugger.Location): Place {
  return { line: lineNumber, column: columnNumber };
}
