import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type CloudObject, FunctionExecutor, Storage, type TaskContext } from '../src/index.ts';

// Workers that load plugins from their sources take their time to start.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'lithops-tasks-storage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const core = new URL('../../core/src/plugin/index.ts', import.meta.url).href;
const localhost = new URL('../../../localhost/localhost/src/index.ts', import.meta.url).href;
const testing = new URL('../../testing/src/index.ts', import.meta.url).href;

/** A third party's storage: it keeps objects where its section says, and only for those who have the password. */
const guarded = join(folder, 'guarded.mjs');
writeFileSync(
  guarded,
  `import { defineStoragePlugin, StorageError } from ${JSON.stringify(core)};
   import { storage } from ${JSON.stringify(localhost)};
   const validate = (value) => typeof value.password === 'string' && typeof value.folder === 'string'
     ? { value } : { issues: [{ message: 'folder and password are needed' }] };
   export default defineStoragePlugin({
     api: 1, name: 'guarded', config: { '~standard': { version: 1, vendor: 'test', validate } },
     capabilities: () => ({ conditionalPut: true, presign: false, maxObjectBytes: Infinity }),
     defaultBucket: () => 'guarded-bucket',
     create: async ({ folder, password }, context) => {
       if (password !== 'let me in') throw new StorageError('wrong password', { reason: 'access-denied' });
       return storage.create({ storageRoot: folder, storageBucket: 'guarded-bucket' }, context);
     },
   });`,
);

/** The localhost storage, of which every third call fails. */
const flaky = join(folder, 'flaky.mjs');
writeFileSync(
  flaky,
  `import { faultyStorage } from ${JSON.stringify(testing)};
   import { storage } from ${JSON.stringify(localhost)};
   export default faultyStorage(storage, { failEvery: 3, breakReads: { every: 2, afterBytes: 70_000 } });`,
);

function guardedExecutor(extra: object = {}): FunctionExecutor {
  return new FunctionExecutor({
    config: {
      lithops: { storage: guarded },
      localhost: { workerProcesses: 2 },
      [guarded]: { folder: join(folder, 'objects'), password: 'let me in' },
      ...extra,
    },
  });
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('an executor inside a task', () => {
  it('has the storage of the one that runs the task, with the credentials that it needs and no others', async () => {
    await using fexec = guardedExecutor({ aws_lambda: { secretAccessKey: 'not for tasks' } });
    const outer = async (name: string) => {
      await using inner = new FunctionExecutor({ workerProcesses: 1 });
      const made = await inner
        .callAsync(async (word: string, context: TaskContext) => context.storage.putCloudObject(word), name)
        .result();
      const own = new Storage();
      const seen = JSON.stringify([inner.config.storageName, inner.config.source, inner.config, process.env]);
      const content = new TextDecoder().decode(await own.getCloudObject(made));
      await own[Symbol.asyncDispose]();
      return { content, bucket: made.bucket, key: made.key, seen, id: inner.executorId };
    };
    const { content, bucket, key, seen, id } = await fexec.callAsync(outer, 'nested').result();
    expect([content, bucket]).toEqual(['nested', 'guarded-bucket']);
    expect(id).toMatch(new RegExp(`^${fexec.executorId}-A000-00000-`));
    expect(key.startsWith(`lithops.jobs/tmp/${id}/A000/00000/cloudobject_`)).toBe(true);
    expect(seen).not.toContain('not for tasks');
    await fexec.clean();
  });

  it('keeps retries, time limits, priority and plugins of the outer configuration', async () => {
    const lithops = {
      storage: guarded,
      retries: 2,
      priority: -3,
      execution_timeout: 77,
      storage_retries: 3,
      storage_retry_time: '9s',
    };
    await using fexec = guardedExecutor({ lithops });
    const inner = await fexec
      .callAsync(() => {
        const { defaults, storageRetry } = new FunctionExecutor().config;
        return { defaults, storageRetry };
      }, 0)
      .result();
    expect(inner).toEqual({
      defaults: { retries: 2, timeoutMs: 77_000, priority: -3 },
      storageRetry: { retries: 3, withinMs: 9000 },
    });
  });

  it('is told when its storage was configured with code, which stays in its process', async () => {
    const config = {
      lithops: { storage: guarded },
      [guarded]: { folder: join(folder, 'objects'), password: 'let me in', token: () => 'x' },
    };
    await using fexec = new FunctionExecutor({ config });
    expect(await fexec.callAsync((n: number) => n + 1, 1).result()).toBe(2);
    const using = fexec.callAsync((name: string, context: TaskContext) => context.storage.headBucket(name), 'b');
    await expect(using.result()).rejects.toThrow(/guarded\.mjs\.token is code/);
  });
});

describe('clean', () => {
  it('deletes what this executor, its tasks and the executors in them have made, and nothing else', async () => {
    await using fexec = guardedExecutor();
    await using other = guardedExecutor();
    const { storage } = fexec;
    await storage.createBucket('elsewhere');
    const kept = [
      await other.storage.putCloudObject('of another executor'),
      await storage.putCloudObject('with a key of its own', { key: 'mine' }),
      await storage.putCloudObject('with a key of its own, elsewhere', { key: 'mine', bucket: 'elsewhere' }),
    ];
    const gone = [
      await storage.putCloudObject('of the client'),
      await storage.putCloudObject('x', { bucket: 'elsewhere' }),
    ];
    const task = async (bucket: string, context: TaskContext) => {
      const made = [
        await context.storage.putCloudObject('of a task'),
        await context.storage.putCloudObject('y', { bucket }),
      ];
      await using inner = new FunctionExecutor({ workerProcesses: 1 });
      made.push(await inner.storage.putCloudObject('of an executor in a task', { bucket }));
      const nested = inner.callAsync(
        (word: string, { storage: own }: TaskContext) => own.putCloudObject(word),
        'nested',
      );
      return [...made, await nested.result()];
    };
    for (const made of await fexec.map(task, ['elsewhere', 'elsewhere']).result()) gone.push(...made);
    expect(gone).toHaveLength(10);
    for (const object of gone) await storage.getCloudObject(object);
    await fexec.clean({ cleanCloudObjects: false });
    for (const object of gone) await storage.getCloudObject(object);
    await fexec.clean();
    const left = async (bucket: string) => (await storage.listKeys(bucket)).sort();
    expect(await left('guarded-bucket')).toEqual([kept[0]?.key, 'mine'].sort());
    expect(await left('elsewhere')).toEqual(['mine']);
    await fexec.clean({ cs: kept.slice(1) });
    expect(await left('elsewhere')).toEqual([]);
    await fexec.clean();
    await other.clean();
    expect(await left('guarded-bucket')).toEqual([]);
  });

  it('leaves what jobs that are not done may need, and cleans single jobs', async () => {
    await using fexec = guardedExecutor();
    const { storage } = fexec;
    const shared = await storage.putCloudObject('for all jobs');
    const make = (word: string, context: TaskContext) => context.storage.putCloudObject(word);
    const [first, second] = [fexec.callAsync(make, 'first'), fexec.callAsync(make, 'second')];
    const objects: CloudObject[] = await fexec.getResult([first, second]);
    const forEver = fexec.callAsync(() => new Promise(() => {}), 0);
    await fexec.clean({ fs: first });
    await expect(storage.getCloudObject(objects[0] as CloudObject)).rejects.toThrow(/there is no object/);
    expect(text(await storage.getCloudObject(objects[1] as CloudObject))).toBe('second');
    await fexec.clean();
    await expect(storage.getCloudObject(objects[1] as CloudObject)).rejects.toThrow(/there is no object/);
    expect(text(await storage.getCloudObject(shared))).toBe('for all jobs');
    await forEver.cancel();
    await fexec.clean();
    await expect(storage.getCloudObject(shared)).rejects.toThrow(/there is no object/);
  });

  it('refuses what it does not know, and futures of others', async () => {
    await using fexec = guardedExecutor();
    await using other = guardedExecutor();
    const misspelt: object = { cleanCloudobjects: false };
    await expect(fexec.clean(misspelt)).rejects.toThrow(/did you mean 'cleanCloudObjects'/);
    const foreign = other.callAsync((n: number) => n, 1);
    await foreign.result();
    await expect(fexec.clean({ fs: foreign })).rejects.toThrow(/cannot be cleaned by executor/);
    await fexec.close();
    await expect(fexec.clean()).rejects.toThrow(/is closed/);
  });
});

describe('a storage of which every third call fails', () => {
  it('does not show in jobs, their large values and their tasks', async () => {
    mkdirSync(join(folder, 'flaky'), { recursive: true });
    await using fexec = new FunctionExecutor({
      config: {
        lithops: { storage: flaky },
        localhost: { workerProcesses: 2 },
        [flaky]: { storageRoot: join(folder, 'flaky') },
      },
    });
    const bytes = Uint8Array.from({ length: 500_000 }, (_, i) => i % 251);
    const object = await fexec.storage.putCloudObject(bytes);
    const task = async (n: number, given: CloudObject, context: TaskContext) => {
      const seen = await context.storage.getCloudObject(given);
      const own = await context.storage.putCloudObject(seen.subarray(0, 100_000 + n));
      return { own, seen };
    };
    const results = await fexec.map(task, [0, 1, 2, 3, 4, 5], { extraArgs: [object] }).result();
    for (const [n, { own, seen }] of results.entries()) {
      expect(Buffer.from(seen).equals(bytes)).toBe(true);
      const stored = await fexec.storage.getCloudObject(own);
      expect(Buffer.from(stored).equals(bytes.subarray(0, 100_000 + n))).toBe(true);
    }
    await fexec.clean();
    expect(await fexec.storage.listKeys(await fexec.storage.defaultBucket())).toEqual([]);
  });
});
