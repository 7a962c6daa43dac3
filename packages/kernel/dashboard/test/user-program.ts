import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const sources = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href);

const PROGRAM = `import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FunctionExecutor, registry } from ${sources('kernel/core/src/index.ts')};
import localhost, { storage } from ${sources('localhost/localhost/src/index.ts')};
import { decode } from './lib/decode.mjs';

registry.register(localhost);
registry.register(storage);
const fexec = new FunctionExecutor({ workerProcesses: 2, logLevel: 'silent' });
const upTo = (n) => Array.from({ length: n }, (_, i) => i);
const settled = (futures) => Promise.allSettled(Array.from(futures, (future) => future.result()));

await settled(fexec.map(function hash(n) {
  if (n % 9973 === 0) throw new RangeError('no hash of ' + n);
  return n;
}, upTo(100_000)));

await settled(fexec.map(async function resize(n) {
  console.log('resizing image', n);
  if (n % 9 === 4) console.error('\\u001B[33mimage', n, 'has no colour profile\\u001B[0m');
  await delay(10 + ((n * 37) % 40));
  return decode(n);
}, upTo(60)));

const gates = ${JSON.stringify('GATES')};
const waiting = fexec.map(async function watch(n) {
  console.log('watching gate', n);
  while (!existsSync(gates + '/' + n)) await delay(20);
  console.log('gate', n, 'is open');
}, upTo(3));
console.log('ready');
await waiting[1].result();

const hostile = (n) => {
  console.log('<img src=x onerror="hacked=1"><script>hacked=1</script>');
  throw new Error('<img src=x onerror="hacked=2">');
};
Object.defineProperty(hostile, 'name', { value: '<img src=x onerror="hacked=3">' });
await settled(fexec.map(hostile, [1]));

await waiting.result();
`;

const DECODE = `/** Makes nothing of every thirteenth image. */
export function decode(n) {
  if (n > 0 && n % 13 === 0) {
    const problem = \`image \${n} cannot be decoded\`;
    throw new TypeError(problem);
  }
  return n;
}
`;

/** A user's program with jobs of all kinds; the last one runs until it is let. */
export class UserProgram implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'lithops-dashboard-'));
  readonly journals: string = join(this.folder, 'journals');
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  constructor() {
    const gates = join(this.folder, 'gates');
    for (const name of ['lib', 'gates']) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, 'lib', 'decode.mjs'), DECODE);
    const file = join(this.folder, 'images.mjs');
    writeFileSync(file, PROGRAM.replace('GATES', gates));
    this.#child = spawn(process.execPath, [file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.folder,
      env: { ...process.env, HOME: this.folder, LITHOPS_JOURNAL: this.journals },
    });
    this.#exited = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (text: Buffer) => {
        this.#output += String(text);
      });
  }

  /** Resolves when its last job has been submitted. */
  async ready(): Promise<void> {
    const said = new Promise<void>((resolve) => {
      const look = () => {
        if (this.#output.includes('ready')) resolve();
      };
      look(); // it may have said so before anybody asked
      this.#child.stdout?.on('data', look);
    });
    await Promise.race([said, this.#exited.then(() => Promise.reject(new Error(`it ended: ${this.#output}`)))]);
  }

  /** Lets a call of the last job end. */
  openGate(call: number): void {
    writeFileSync(join(this.folder, 'gates', String(call)), '');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
