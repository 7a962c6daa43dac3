/** Compares texts as their bytes in UTF-8 compare. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/**
 * A listing that is in the order of UTF-16 code units (as some stores compare names), in the order of bytes of UTF-8.
 * The two differ where U+E000 to U+FFFF meets characters beyond U+FFFF at one place; names with the latter are held
 * back until all that begin like them have passed. Others pass at once.
 */
export async function* inUtf8Order<Entry>(
  entries: AsyncIterable<Entry>,
  nameOf: (entry: Entry) => string,
): AsyncGenerator<Entry, void, void> {
  // Each within the one before: its names begin with `start`, and go on with a surrogate.
  const held: { readonly start: string; readonly entries: Entry[] }[] = [];
  function* release(isOver: (start: string) => boolean): Generator<Entry, void, void> {
    for (let last = held.at(-1); last !== undefined && isOver(last.start); last = held.at(-1)) {
      held.pop();
      yield* last.entries.sort((a, b) => compareUtf8(nameOf(a), nameOf(b)));
    }
  }
  for await (const entry of entries) {
    const name = nameOf(entry);
    yield* release((start) => !name.startsWith(start));
    const surrogate = name.search(/[\ud800-\udfff]/);
    if (surrogate < 0) {
      yield entry;
      continue;
    }
    const start = name.slice(0, surrogate);
    const last = held.at(-1);
    if (last?.start === start) last.entries.push(entry);
    else held.push({ start, entries: [entry] });
  }
  yield* release(() => true);
}

/** Surrogates stand for characters beyond the basic plane, so they come after all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
