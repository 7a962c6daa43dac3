import { execFile, fork } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startMoto } from '@lithops-tools/services';
import { FunctionExecutor, type ObjectPartition, objects } from 'lithops';
import { describeMachine, loadAverage } from './machine.ts';
import { type Count, emptyCount, scan } from './word-count/scan.mjs';
import { generateText, sizeOf, wordNetFiles } from './word-count/texts.ts';

// Counts the words of generated and of real text by a scan of its bytes: with Lithops from local files, by HTTP and from
// S3, beside one process and two processes that do nothing else. All counts must be the same.

const { values: options } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '200' },
    chunk: { type: 'string', default: '16MiB' },
    rounds: { type: 'string', default: '3' },
    sources: { type: 'string', default: 'files,http,s3' },
    /** Where the JSON goes. */
    out: { type: 'string' },
  },
});

type Counted = Pick<Count, 'words' | 'lines' | 'bytes'>;
interface Contender {
  readonly name: string;
  readonly count: () => Promise<Counted>;
}

const SOURCES = new Map([
  ['files', overFiles],
  ['http', overHttp],
  ['s3', overS3],
]);
const run = promisify(execFile);
const out = options.out === undefined ? undefined : resolve(options.out);
// Plugins are found from here.
process.chdir(join(import.meta.dirname, '..'));
const folder = mkdtempSync(join(tmpdir(), 'lithops-word-count-'));
const load = loadAverage();

try {
  await using stack = new AsyncDisposableStack();
  const generated = join(folder, 'generated.txt');
  generateText(generated, Number(options.megabytes));
  const files = [generated, ...wordNetFiles()];
  const contenders: Contender[] = [
    { name: 'one process', count: () => bare(files, 1) },
    { name: 'two processes', count: () => bare(files, 2) },
  ];
  for (const source of options.sources.split(',')) contenders.push(await contender(source, files, stack));
  const results = await race(contenders, sizeOf(files));
  report(results, files);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Lithops over one kind of source, its workers warm. */
async function contender(source: string, files: readonly string[], stack: AsyncDisposableStack): Promise<Contender> {
  const made = await SOURCES.get(source)?.(files, stack);
  if (made === undefined) throw new Error(`sources are files, http and s3, not '${source}'`);
  const { fexec, list } = made;
  await fexec.map((n: number) => n, [1, 2]).result();
  const count = () => fexec.mapReduce(countWords, list, addCounts, { objChunkSize: options.chunk }).result();
  return { name: `Lithops, ${source}`, count };
}

async function countWords(part: ObjectPartition): Promise<Counted> {
  const count = emptyCount();
  await part.scan((chunk) => scan(count, chunk));
  const { words, lines, bytes } = count;
  return { words, lines, bytes };
}

function addCounts(counts: readonly Counted[]): Counted {
  const total = { words: 0, lines: 0, bytes: 0 };
  for (const { words, lines, bytes } of counts) {
    total.words += words;
    total.lines += lines;
    total.bytes += bytes;
  }
  return total;
}

type Source = { readonly fexec: FunctionExecutor; readonly list: ReturnType<typeof objects> };

async function overFiles(files: readonly string[], stack: AsyncDisposableStack): Promise<Source> {
  return {
    fexec: stack.use(new FunctionExecutor({ workerProcesses: 2 })),
    list: objects(files.map((file) => pathToFileURL(file))),
  };
}

async function overHttp(files: readonly string[], stack: AsyncDisposableStack): Promise<Source> {
  const server = fork(join(import.meta.dirname, 'word-count', 'file-server.mjs'), files);
  stack.defer(() => void server.kill());
  const port = await new Promise<unknown>((started) => server.once('message', started));
  const urls = files.map((file) => `http://127.0.0.1:${String(port)}/${basename(file)}`);
  return { fexec: stack.use(new FunctionExecutor({ workerProcesses: 2 })), list: objects(urls) };
}

/** S3 is moto, an emulator written in Python: what is shown is that the counts are right, not how fast S3 is. */
async function overS3(files: readonly string[], stack: AsyncDisposableStack): Promise<Source> {
  const moto = stack.use(await startMoto());
  const keys = { access_key_id: 'test', secret_access_key: 'test' };
  const config = {
    lithops: { storage: 'aws_s3' },
    aws_s3: { region: 'us-east-1', endpoint: moto.endpoint, storage_bucket: 'texts', ...keys },
  };
  const fexec = stack.use(new FunctionExecutor({ config, workerProcesses: 2 }));
  await fexec.storage.createBucket('texts');
  for (const file of files) await fexec.storage.putObject('texts', `words/${basename(file)}`, createReadStream(file));
  return { fexec, list: objects('aws_s3://texts/words/') };
}

async function bare(files: readonly string[], processes: number): Promise<Counted> {
  const script = join(import.meta.dirname, 'word-count', 'bare.mjs');
  const shares = Array.from({ length: processes }, async (_, share) => {
    const { stdout } = await run(process.execPath, [script, String(share), String(processes), ...files]);
    return JSON.parse(stdout) as Counted; // what it prints
  });
  return addCounts(await Promise.all(shares));
}

interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly samples: readonly number[];
  readonly megabytesPerSecond: number;
  readonly counted: Counted;
}

/** One after the other, round by round, so that a change of the machine's speed meets all alike. */
async function race(contenders: readonly Contender[], bytes: number): Promise<Result[]> {
  const samples = new Map<string, number[]>();
  const counts = new Map<string, Counted>();
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const { name, count } of contenders) {
      const startedAt = performance.now();
      counts.set(name, await count());
      samples.set(name, [...(samples.get(name) ?? []), (performance.now() - startedAt) / 1000]);
    }
  }
  return contenders.map(({ name }) => {
    const times = samples.get(name) ?? [];
    const seconds = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
    const counted = counts.get(name) ?? { words: 0, lines: 0, bytes: 0 };
    return { name, seconds, samples: times, megabytesPerSecond: bytes / 1e6 / seconds, counted };
  });
}

function report(results: readonly Result[], files: readonly string[]): void {
  const [direct, two] = results;
  if (direct === undefined || two === undefined) throw new Error('nothing was measured');
  for (const { name, seconds, megabytesPerSecond } of results) {
    const beside = `${(seconds / two.seconds).toFixed(2)} x two processes`;
    console.log(
      `${name.padEnd(16)} ${seconds.toFixed(3)} s  ${megabytesPerSecond.toFixed(0).padStart(5)} MB/s  ${beside}`,
    );
  }
  const same = results.every(({ counted }) => JSON.stringify(counted) === JSON.stringify(direct.counted));
  const bytes = sizeOf(files);
  console.log(`${direct.counted.words} words in ${bytes} bytes; the same for all: ${same ? 'yes' : 'NO'}`);
  if (!same || direct.counted.bytes !== bytes) process.exitCode = 1;
  if (out === undefined) return;
  const facts = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    loadAverage: { before: load, after: loadAverage() },
    bytes,
    chunk: options.chunk,
    target: 'files: at most 1.15 x two processes',
    same,
    results,
  };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(facts, undefined, 2)}\n`);
}
