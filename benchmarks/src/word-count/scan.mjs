/** Words, lines and bytes so far, and whether the last byte was one of a word. */
export const emptyCount = () => ({ words: 0, lines: 0, bytes: 0, inside: false });

/** Goes over the bytes once: what a plain loop can do, and what everybody here does. */
export function scan(count, chunk) {
  let { words, lines, inside } = count;
  for (let i = 0; i < chunk.length; i++) {
    const byte = chunk[i];
    if (byte > 32) {
      if (!inside) words++;
      inside = true;
    } else {
      if (byte === 10) lines++;
      inside = false;
    }
  }
  count.words = words;
  count.lines = lines;
  count.inside = inside;
  count.bytes += chunk.length;
}
