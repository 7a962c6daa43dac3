import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor, InvocationError, registry } from '@lithops/core';
import { StorageError } from '@lithops/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import localhost from '../src/index.ts';
import { LocalhostStorage } from '../src/storage/localhost-storage.ts';

registry.register(localhost);

const folder = mkdtempSync(join(tmpdir(), 'lithops-full-'));
const disk = join(folder, 'disk');
const logger = { debug() {}, info() {}, warn() {}, error() {} };

// Needs to be root, as tests are in a container: without a disk that fills up nothing would be tested.
beforeAll(() => {
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,nr_inodes=64', 'lithops-test', disk]);
});
afterAll(() => {
  execFileSync('umount', [disk]);
  rmSync(folder, { recursive: true });
});

async function failure(promise: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StorageError) return error;
  throw new TypeError(`a StorageError was expected, not ${String(error)}`);
}

async function keys(storage: LocalhostStorage): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of storage.list('b', '', {})) found.push(key);
  return found;
}

describe('a disk that is full', () => {
  it('is told as such, leaves nothing of the object, keeps the old one, and takes smaller ones', async () => {
    await using storage = await LocalhostStorage.open(join(disk, 'root'), logger);
    await storage.createBucket('b');
    await storage.put('b', 'old', Buffer.alloc(1_000_000, 'o'), {});
    const stream = async function* () {
      for (let i = 0; i < 20; i++) yield Buffer.alloc(1_000_000);
    };
    for (const body of [() => Buffer.alloc(20_000_000), stream]) {
      for (const key of ['old', 'new/folder/object']) {
        const error = await failure(storage.put('b', key, body(), {}));
        expect([error.reason, error.code]).toEqual(['full', 'STORAGE_FAILED']);
        expect(error.message).toMatch(/could not put b\/.*ENOSPC.*\n.*free some space/s);
      }
    }
    expect(await keys(storage)).toEqual(['old']);
    expect(readdirSync(join(disk, 'root/.uploads'))).toEqual([]);
    expect((await storage.head('b', 'old')).size).toBe(1_000_000);
    await storage.put('b', 'small', Buffer.alloc(2_000_000), {});
    expect(await keys(storage)).toEqual(['old', 'small']);
  });

  it('is told as such where it has no more names for files', async () => {
    await using storage = await LocalhostStorage.open(join(disk, 'root'), logger);
    const fill = async () => {
      for (let i = 0; i < 100; i++) await storage.put('b', `many/${i}`, Buffer.from('x'), {});
    };
    expect((await failure(fill())).reason).toBe('full');
    const many = await keys(storage);
    await storage.delete('b', many);
    expect(await keys(storage)).toEqual([]);
  });
});

describe('a full disk for temporary files', () => {
  it('is what calls are told whose worker process cannot be started, and they run when there is room again', async () => {
    const saved = process.env['TMPDIR'];
    process.env['TMPDIR'] = disk;
    const ballast = join(disk, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(20_000_000))).toThrow('ENOSPC');
    try {
      await using executor = new FunctionExecutor({ config: {}, workerProcesses: 1 });
      const told = Promise.withResolvers<unknown>();
      const retryOn = (error: unknown) => {
        told.resolve(error);
        return true;
      };
      const list = executor.map((n: number) => n, [1, 2, 3], { retries: 12, retryOn });
      const error = await told.promise;
      rmSync(ballast);
      expect(error).toBeInstanceOf(InvocationError);
      expect(String(error)).toMatch(/a worker process could not be started: its temporary file cannot.*ENOSPC/);
      expect(await list.result()).toEqual([1, 2, 3]);
    } finally {
      if (saved === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = saved;
    }
  });
});
