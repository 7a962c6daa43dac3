import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Storage } from '../src/index.ts';

// Every command is a process of its own.
vi.setConfig({ testTimeout: 180_000 });

const main = new URL('../src/cli/main.ts', import.meta.url).href;
const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
const folder = mkdtempSync(join(tmpdir(), 'lithops-storage-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = {
  ...process.env,
  HOME: folder,
  LITHOPS_CONFIG: '',
  LITHOPS_CONFIG_FILE: '',
  LITHOPS_TEMP_DIR: join(folder, 'lithops'),
  NO_COLOR: '1',
};
const nodeArguments = ['--input-type=module', '-e', program, 'lithops', 'storage'];

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function storage(args: readonly string[], input: string | Buffer = ''): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArguments, ...args], {
    cwd: folder,
    input,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { code: status, stdout, stderr };
}

/** The same on a terminal of its own, made by `script`; what is typed is given, what is shown comes back. */
function onTerminal(
  args: readonly string[],
  typed: string,
): { readonly child: ChildProcess; readonly done: Promise<Outcome> } {
  const quoted = [process.execPath, ...nodeArguments, ...args].map((part) => `'${part.replaceAll("'", "'\\''")}'`);
  const child = spawn('script', ['-qec', quoted.join(' '), '/dev/null'], {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  const done = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (text.includes('[y/N]')) child.stdin?.write(typed);
    });
    child.on('close', (code) => resolve({ code, stdout, stderr: '' }));
  });
  return { child, done };
}

/** The storage that the commands use, for what is there before and after them. */
const direct = new Storage({ config: { localhost: { storageRoot: join(folder, 'lithops/storage') } } });
afterAll(() => direct[Symbol.asyncDispose]());

const keys = (bucket = 'storage') => direct.listKeys(bucket);
const put = (key: string) => direct.putObject('storage', key, key);

beforeEach(async () => {
  rmSync(join(folder, 'lithops'), { recursive: true, force: true });
  await direct.createBucket('storage');
});

describe('lithops storage', () => {
  it('puts, lists, gets and deletes, in the configured bucket and in others', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    writeFileSync(join(folder, 'data.bin'), bytes);
    expect(storage(['put', 'data.bin'])).toEqual({
      code: 0,
      stdout: 'localhost://storage/data.bin (300000 bytes)\n',
      stderr: '',
    });
    expect(storage(['put', 'data.bin', 'other', '--key', 'a/b c', '--json'])).toMatchObject({ code: 0 });
    expect(storage(['list']).stdout).toMatch(/^\d{4}-\d\d-\d\dT\S+Z\s+300000 {2}data\.bin\n$/);
    expect(JSON.parse(storage(['list', 'other', '--prefix', 'a/', '--json']).stdout)).toEqual([
      { key: 'a/b c', size: 300_000, lastModified: expect.stringMatching(/Z$/) },
    ]);
    expect(storage(['get', 'other', 'a/b c', '-o', 'down/back.bin']).code).toBe(0);
    expect(readFileSync(join(folder, 'down/back.bin')).equals(bytes)).toBe(true);
    rmSync(join(folder, 'data.bin'));
    expect(JSON.parse(storage(['get', 'data.bin', '--json']).stdout)).toEqual({
      storage: 'localhost',
      bucket: 'storage',
      key: 'data.bin',
      bytes: 300_000,
      path: 'data.bin',
    });
    expect(readFileSync(join(folder, 'data.bin')).equals(bytes)).toBe(true);
    expect(storage(['delete', 'other', 'a/b c', '--yes'])).toMatchObject({
      code: 0,
      stdout: 'deleted 1 object of localhost://other\n',
    });
    expect(await keys('other')).toEqual([]);
    expect(storage(['list', 'other'])).toEqual({ code: 0, stdout: '', stderr: 'no objects\n' });
    expect(storage(['delete', 'data.bin', '--yes', '--json'])).toMatchObject({
      code: 0,
      stdout: '{"storage":"localhost","bucket":"storage","deleted":1}\n',
    });
  });

  it('reads standard input and writes standard output, byte for byte', () => {
    expect(storage(['put', '-', '--key', 'piped'], 'grüße\n\0').code).toBe(0);
    expect(storage(['get', 'piped', '-o', '-'])).toEqual({ code: 0, stdout: 'grüße\n\0', stderr: '' });
    expect(readdirSync(folder)).not.toContain('piped');
  });

  it('deletes what has a prefix, and empties a bucket, when told yes', async () => {
    for (const key of ['a/1', 'a/2', 'ab', 'b']) await put(key);
    expect(storage(['delete', '--prefix', 'a/', '--yes']).stdout).toBe('deleted 2 objects of localhost://storage\n');
    expect(await keys()).toEqual(['ab', 'b']);
    expect(storage(['empty', 'storage', '--yes']).stdout).toBe('deleted 2 objects of localhost://storage\n');
    expect(await keys()).toEqual([]);
  });

  it('deletes nothing where nobody can be asked and --yes is not said', async () => {
    await put('kept');
    for (const args of [['delete', 'kept'], ['delete', '--prefix', 'k'], ['empty']]) {
      const { code, stderr } = storage(args, 'y\n');
      expect([code, stderr]).toEqual([2, expect.stringContaining('--yes')]);
    }
    expect(await keys()).toEqual(['kept']);
  });

  it('asks on a terminal, and takes only yes for yes', async () => {
    await put('asked');
    for (const typed of ['n\n', '\n', '\u0004']) {
      const { code, stdout } = await onTerminal(['delete', 'asked'], typed).done;
      expect([code, stdout]).toEqual([1, expect.stringContaining('nothing was deleted')]);
      expect(stdout).toContain('delete localhost://storage/asked? [y/N]');
    }
    expect((await onTerminal(['delete', 'asked'], '\u0003').done).code).toBe(130);
    expect(await keys()).toEqual(['asked']);
    expect((await onTerminal(['delete', 'asked'], 'y\n').done).code).toBe(0);
    expect(await keys()).toEqual([]);
  });

  it('shows a bar on a terminal when a transfer takes a while, and none in pipes', async () => {
    const slow = `import { readFileSync } from 'node:fs';
      import { defineStoragePlugin } from ${JSON.stringify(new URL('../../core/src/plugin/index.ts', import.meta.url).href)};
      import { storage } from ${JSON.stringify(new URL('../../../localhost/localhost/src/index.ts', import.meta.url).href)};
      export default defineStoragePlugin({ ...storage, name: 'slow', create: async (...args) => {
        const backend = await storage.create(...args);
        const put = backend.put.bind(backend);
        async function* slowly(body) {
          for await (const chunk of body) {
            yield chunk;
            await new Promise((resolve) => setTimeout(resolve, 150));
          }
        }
        return Object.assign(backend, { put: (bucket, key, body, options) => put(bucket, key, slowly(body), options) });
      } });`;
    writeFileSync(join(folder, 'slow.mjs'), slow);
    writeFileSync(join(folder, 'eight.bin'), Buffer.alloc(8 * 1024 * 1024));
    const { code, stdout } = await onTerminal(['put', 'eight.bin', '-s', './slow.mjs'], '').done;
    expect(code).toBe(0);
    expect(stdout).toMatch(/eight\.bin \[[^\]]*\] \d+% [\d.]+ \w+ of 8 MiB/);
    expect(storage(['put', 'eight.bin', '-s', './slow.mjs'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends quietly when its reader has seen enough', async () => {
    await direct.putObject('storage', 'large', Buffer.alloc(30_000_000, 'line\n'));
    const command = [process.execPath, ...nodeArguments].map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
    const piped = spawnSync('bash', ['-c', `set -o pipefail; ${command} get large -o - | head -n 1`], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect([piped.status, piped.stdout, piped.stderr]).toEqual([0, 'line\n', '']);
  });

  it('leaves nothing of a transfer that Ctrl-C ends, exit code 130', async () => {
    const child = spawn(process.execPath, [...nodeArguments, 'put', '-', '-k', 'stopped'], {
      cwd: folder,
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    child.stdin.on('error', () => {}); // the command ends before it has read all
    child.stdin.write(Buffer.alloc(1_000_000));
    const uploads = join(folder, 'lithops/storage/.uploads');
    while (!existsSync(uploads) || readdirSync(uploads).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(readdirSync(uploads)).toEqual([]);
    expect(await keys()).toEqual([]);
  });

  it.each<[string, string[], RegExp]>([
    ['a missing object', ['get', 'nowhere'], /StorageNoSuchKeyError: there is no object 'nowhere' in bucket 'storage'/],
    ['a missing object to delete', ['delete', 'nowhere', '--yes'], /StorageNoSuchKeyError/],
    ['a missing bucket', ['list', 'no-such-bucket'], /there is no bucket 'no-such-bucket'/],
    ['a missing file', ['put', 'no-such-file'], /no-such-file/],
    ['a folder', ['put', '.', 'b', '-k', 'x'], /is a folder/],
    ['a storage that is not installed', ['list', '-s', 'oracle_oss'], /PluginNotFoundError/],
    ['a storage named like a backend', ['list', '-b', 'oracle_oss'], /PluginNotFoundError/],
    ['a region that the storage has not', ['list', '-r', 'eu-west-1'], /unknown key localhost\.region/],
    ['a configuration that is not there', ['list', '-c', 'nowhere.yaml'], /ConfigError/],
  ])('tells failures, exit code 1: %s', (_, args, message) => {
    const { code, stdout, stderr } = storage(args);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each<[string, string[], RegExp]>([
    ['no key for standard input', ['put', '-'], /--key/],
    ['no object to delete', ['delete'], /name an object/],
    ['a key and a prefix', ['delete', 'b', 'k', '--prefix', 'p'], /not both/],
    ['an empty key', ['get', 'b', ''], /empty/],
    ['JSON beside the object', ['get', 'k', '-o', '-', '--json'], /standard output/],
    ['an unknown command', ['lsit'], /Did you mean list/],
    ['no file', ['put'], /missing required argument 'file'/],
  ])('tells wrong usage, exit code 2: %s', (_, args, message) => {
    const { code, stderr } = storage(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('takes bucket and storage from a configuration file', () => {
    writeFileSync(
      join(folder, 'conf.yaml'),
      `localhost: { storage_bucket: mine, storage_root: ${join(folder, 'lithops/elsewhere')} }\n`,
    );
    expect(storage(['put', '-', '-k', 'k', '-c', 'conf.yaml'], 'x').stdout).toBe('localhost://mine/k (1 bytes)\n');
    expect(existsSync(join(folder, 'lithops/elsewhere/mine/k'))).toBe(true);
  });
});
