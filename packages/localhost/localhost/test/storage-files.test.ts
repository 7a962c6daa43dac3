import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError, StorageNoSuchKeyError } from '@lithops/core/plugin';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalhostStorage } from '../src/storage/localhost-storage.ts';
import { defaultStorageRoot } from '../src/storage/storage-root.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const text = (value: string) => new TextEncoder().encode(value);

let folder: string;
let storage: LocalhostStorage;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lithops-storage-test-')));
  storage = await LocalhostStorage.open(join(folder, 'root'), logger);
});
afterEach(async () => {
  await storage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function read(bytes: Promise<AsyncIterable<Uint8Array>>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function keys(prefix = '', bucket = 'b'): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of storage.list(bucket, prefix, {})) found.push(key);
  return found;
}

/** Every file below the test's folder. */
function files(): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Files of the storage that this process holds open; what else it holds is not the storage's. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file.startsWith(realpathSync(folder)) ? [file] : [];
    } catch {
      return []; // the listing's own, closed by now
    }
  });
}

describe('a folder', () => {
  it('is its owner’s alone; root shares it with its group, in which its containers run', () => {
    const mode = process.getuid?.() === 0 ? 0o770 : 0o700;
    expect(statSync(join(folder, 'root')).mode & 0o777).toBe(mode);
  });

  it('loses the folders of deleted objects, and keeps those of others', async () => {
    for (const key of ['a/b/c/d', 'a/x']) await storage.put('b', key, text('1'), {});
    await storage.delete('b', ['a/b/c/d']);
    expect(readdirSync(join(folder, 'root', 'b', 'a%'))).toEqual(['x']);
    await storage.delete('b', ['a/x']);
    expect(readdirSync(join(folder, 'root', 'b'))).toEqual([]);
    expect(await storage.headBucket('b')).toBe(true);
  });

  it('survives puts and deletes that make and remove the same folders', async () => {
    const rounds = Array.from({ length: 100 }, async (_, i) => {
      const key = `deep/er/${i % 7}`;
      await storage.put('b', key, text('1'), {});
      await storage.delete('b', [key]);
    });
    await Promise.all(rounds);
    await storage.put('b', 'deep/er/last', text('1'), {});
    expect(await keys()).toEqual(['deep/er/last']);
  });

  it('is the configured one, else in LITHOPS_TEMP_DIR', () => {
    const before = process.env['LITHOPS_TEMP_DIR'];
    process.env['LITHOPS_TEMP_DIR'] = folder;
    try {
      expect(defaultStorageRoot()).toBe(join(folder, 'storage'));
    } finally {
      if (before === undefined) delete process.env['LITHOPS_TEMP_DIR'];
      else process.env['LITHOPS_TEMP_DIR'] = before;
    }
  });

  it('that cannot be made is told with its cause and what to do', async () => {
    writeFileSync(join(folder, 'file'), '');
    const error = await LocalhostStorage.open(join(folder, 'file', 'root'), logger).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ cause: { code: 'ENOTDIR' } });
  });
});

describe('links planted in it', () => {
  beforeEach(async () => {
    await storage.createBucket('b');
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside', 'secret'), 'secret');
    symlinkSync(join(folder, 'outside'), join(folder, 'root', 'b', 'out%'));
    symlinkSync(join(folder, 'outside'), join(folder, 'root', 'linked'));
    symlinkSync(join(folder, 'outside', 'secret'), join(folder, 'root', 'b', 'file'));
  });

  it('are not read through', async () => {
    await expect(read(storage.get('b', 'out/secret', {}))).rejects.toBeInstanceOf(StorageError);
    await expect(storage.head('b', 'out/secret')).rejects.toBeInstanceOf(StorageError);
    await expect(read(storage.get('b', 'file', {}))).rejects.toBeInstanceOf(StorageNoSuchKeyError);
    await expect(read(storage.get('linked', 'secret', {}))).rejects.toBeInstanceOf(StorageError);
    expect(await storage.headBucket('linked')).toBe(false);
  });

  it('are not listed', async () => {
    expect(await keys()).toEqual([]);
    expect(await keys('out/')).toEqual([]);
  });

  it('are not written or deleted through', async () => {
    await expect(storage.put('b', 'out/new/file', text('x'), {})).rejects.toThrow(/leads out of the storage/);
    await expect(storage.put('linked', 'file', text('x'), {})).rejects.toThrow(/leads out of the storage/);
    await expect(storage.createBucket('linked')).rejects.toBeInstanceOf(StorageError);
    await expect(storage.delete('b', ['out/secret'])).rejects.toThrow(/leads out of the storage/);
    expect(readdirSync(join(folder, 'outside'))).toEqual(['secret']);
  });

  it('give way to an object of that name', async () => {
    await storage.put('b', 'file', text('mine'), {});
    expect(await read(storage.get('b', 'file', {}))).toBe('mine');
    expect(await read(storage.get('b', 'file', {}))).not.toBe('secret');
    expect(existsSync(join(folder, 'outside', 'secret'))).toBe(true);
  });
});

describe('an upload', () => {
  it('is not listed while it is written, and leaves nothing when it fails', async () => {
    const { promise: seen, resolve } = Promise.withResolvers<string[]>();
    async function* body() {
      yield text('half');
      resolve(await keys());
      throw new RangeError('the source failed');
    }
    await storage.createBucket('b');
    await expect(storage.put('b', 'k', body(), {})).rejects.toBeInstanceOf(RangeError);
    expect(await seen).toEqual([]);
    expect(files()).toEqual([]);
  });

  it('ends on abort although its source is silent', async () => {
    const controller = new AbortController();
    let returned = false;
    const body: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          controller.abort(new Error('enough'));
          return new Promise(() => {});
        },
        return: async () => {
          returned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    await expect(storage.put('b', 'k', body, { signal: controller.signal })).rejects.toThrow('enough');
    expect(returned).toBe(true);
    expect(files()).toEqual([]);
  });

  it('refuses chunks that are no bytes', async () => {
    const body = (async function* () {
      yield 'text';
    })() as unknown as AsyncIterable<Uint8Array>; // what a caller without types may pass
    await expect(storage.put('b', 'k', body, {})).rejects.toBeInstanceOf(TypeError);
  });

  it('of a process that died is removed when it is old, and not before', async () => {
    mkdirSync(join(folder, 'root', '.uploads'));
    for (const name of ['old', 'fresh']) writeFileSync(join(folder, 'root', '.uploads', name), '');
    const twoDaysAgo = Date.now() / 1000 - 48 * 3600;
    utimesSync(join(folder, 'root', '.uploads', 'old'), twoDaysAgo, twoDaysAgo);
    await storage.put('b', 'k', text('1'), {});
    await storage[Symbol.asyncDispose]();
    expect(files().sort()).toEqual(['root/.uploads/fresh', 'root/b/k']);
  });

  it('that is larger than files may be is told with its cause, and the old object stays', async () => {
    await storage.put('b', 'k', text('old'), {});
    const script = `
      import { LocalhostStorage } from ${JSON.stringify(new URL('../src/storage/localhost-storage.ts', import.meta.url).href)};
      const storage = await LocalhostStorage.open(${JSON.stringify(join(folder, 'root'))}, console);
      try { await storage.put('b', 'k', new Uint8Array(4 << 20), {}); }
      catch (error) { console.log(error.name, error.code, error.reason, error.cause.code); }`;
    const child = spawn(
      'sh',
      ['-c', 'ulimit -f 1024; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    await once(child, 'close');
    expect(output).toBe('StorageError STORAGE_FAILED too-large EFBIG\n');
    expect(await read(storage.get('b', 'k', {}))).toBe('old');
    expect(files()).toEqual(['root/b/k']);
  });
});

describe('reading', () => {
  it('goes on with the object as it was when it is replaced or deleted meanwhile', async () => {
    const old = Buffer.alloc(3_000_000, 'old');
    await storage.put('b', 'k', old, {});
    const [replaced, deleted] = [await storage.get('b', 'k', {}), await storage.get('b', 'k', {})];
    await storage.put('b', 'k', text('new'), {});
    expect((await read(Promise.resolve(replaced))) === old.toString()).toBe(true);
    await storage.delete('b', ['k']);
    expect((await read(Promise.resolve(deleted))) === old.toString()).toBe(true);
  });

  it.runIf(existsSync('/proc/self/fd'))(
    'closes the file when it is read, when the reader stops, on abort, and on dispose',
    async () => {
      await storage.put('b', 'k', Buffer.alloc(2_000_000), {});
      await read(storage.get('b', 'k', {}));
      expect(openFiles()).toEqual([]);
      for await (const _ of await storage.get('b', 'k', {})) break;
      expect(openFiles()).toEqual([]);
      const controller = new AbortController();
      const aborted = await storage.get('b', 'k', { signal: controller.signal });
      controller.abort(new Error('enough'));
      await expect(read(Promise.resolve(aborted))).rejects.toThrow('enough');
      await storage.get('b', 'k', {});
      expect(openFiles().length).toBe(1);
      await storage[Symbol.asyncDispose]();
      expect(openFiles()).toEqual([]);
    },
  );

  it('gives chunks in order also when several are asked for at once', async () => {
    const bytes = Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => i % 251));
    await storage.put('b', 'k', bytes, {});
    const iterator = (await storage.get('b', 'k', {}))[Symbol.asyncIterator]();
    const chunks = await Promise.all(Array.from({ length: 8 }, () => iterator.next()));
    expect(Buffer.concat(chunks.flatMap(({ value }) => (value === undefined ? [] : [value]))).equals(bytes)).toBe(true);
  });
});

describe('a listing', () => {
  it('passes over what is no object', async () => {
    await storage.put('b', 'a', text('1'), {});
    for (const name of ['a.', '%41', '%zz']) writeFileSync(join(folder, 'root', 'b', name), '');
    mkdirSync(join(folder, 'root', 'b', 'folder'));
    expect(await keys()).toEqual(['a']);
  });

  it('of a bucket that is not there is an error; a missing bucket is told with a missing key', async () => {
    await expect(keys('', 'nowhere')).rejects.toThrow(/there is no bucket 'nowhere'/);
    await expect(storage.head('nowhere', 'k')).rejects.toThrow(/there is no bucket 'nowhere' either/);
  });

  it('is in the order of bytes among long names, neighbours and folders', async () => {
    const long = 'x'.repeat(120);
    const piece = fc.constantFrom(
      '',
      'x',
      long,
      `${long}x`,
      `${long}!`,
      `${long}😀`,
      '!',
      '0',
      'é',
      '\uffff',
      '😀',
      '.',
      '%',
    );
    const key = fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((pieces) => pieces.join('/'))
      .filter((name) => name !== '');
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 20 }),
        fc.oneof(key, fc.constant('')),
        async (names, prefix) => {
          const bucket = `round${round++}`;
          await storage.createBucket(bucket);
          await Promise.all(names.map((name) => storage.put(bucket, name, text('1'), {})));
          const expected = names
            .filter((name) => name.startsWith(prefix))
            .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          expect(await keys(prefix, bucket)).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('stops on abort', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => storage.put('b', `k${i}`, text('1'), {})));
    const controller = new AbortController();
    let seen = 0;
    const reading = (async () => {
      for await (const _ of storage.list('b', '', { signal: controller.signal }))
        if (++seen === 5) controller.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(seen).toBeLessThan(100);
  });
});

it('lets one of many processes put an object if it is absent', async () => {
  const script = `
    import { LocalhostStorage } from ${JSON.stringify(new URL('../src/storage/localhost-storage.ts', import.meta.url).href)};
    const storage = await LocalhostStorage.open(${JSON.stringify(join(folder, 'root'))}, console);
    const won = [];
    for (let i = 0; i < 200; i++) if (await storage.put('b', 'race/' + i, Buffer.from(String(process.pid)), { ifAbsent: true })) won.push(i);
    console.log(JSON.stringify({ pid: process.pid, won }));`;
  const outputs = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
      await once(child, 'close');
      return JSON.parse(output) as { pid: number; won: number[] };
    }),
  );
  const winners = new Map(outputs.flatMap(({ pid, won }) => won.map((i) => [i, pid] as const)));
  expect(outputs.flatMap(({ won }) => won)).toHaveLength(200);
  for (let i = 0; i < 200; i++) expect(await read(storage.get('b', `race/${i}`, {}))).toBe(String(winners.get(i)));
});
