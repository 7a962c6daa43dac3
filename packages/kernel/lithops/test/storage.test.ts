import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CloudObject, FunctionExecutor, type Storage, StorageNoSuchKeyError, type TaskContext } from '../src/index.ts';

/** The storage tests of Python Lithops, with the same meaning. */
const folder = mkdtempSync(join(tmpdir(), 'lithops-storage-'));
const fexec = new FunctionExecutor({ config: { localhost: { storageRoot: folder, workerProcesses: 2 } } });
const bucket = 'storage-tests';
let storage: Storage;

beforeAll(async () => {
  storage = fexec.storage;
  await storage.createBucket(bucket);
});
beforeEach(async () => storage.deleteObjects(bucket, await storage.listKeys(bucket)));
afterAll(async () => {
  await fexec.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = async (key: string) => new TextDecoder().decode(await storage.getObject(bucket, key));

/** How often a process that puts an object, and does nothing else, syncs bytes and names, as Node's trace of it tells. */
function syncsOf(key: string, options: { readonly durable?: boolean }): { bytes: number; names: number } {
  const traced = mkdtempSync(join(folder, 'trace-'));
  const program = `
    import { FunctionExecutor } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    await using fexec = new FunctionExecutor({ config: { localhost: { storageRoot: ${JSON.stringify(folder)} } } });
    await fexec.storage.putObject(${JSON.stringify(bucket)}, ${JSON.stringify(key)}, 'content', ${JSON.stringify(options)});`;
  const trace = ['--trace-event-categories', 'node.fs.async', '--trace-event-file-pattern', 'trace.json'];
  execFileSync(process.execPath, [...trace, '--input-type=module', '--eval', program], { cwd: traced });
  const { traceEvents } = JSON.parse(readFileSync(join(traced, 'trace.json'), 'utf8')) as {
    readonly traceEvents: readonly { readonly name: string; readonly ph: string }[];
  };
  const count = (name: string) => traceEvents.filter((event) => event.name === name && event.ph === 'b').length;
  return { bytes: count('fdatasync'), names: count('fsync') };
}

describe('storage', () => {
  it('is there in a task', async () => {
    await storage.putObject(bucket, 'input', 'from the client');
    const task = async (name: string, context: TaskContext): Promise<string> => {
      const text = new TextDecoder().decode(await context.storage.getObject(name, 'input'));
      await context.storage.putObject(name, 'output', `${text}, by a task`);
      return text;
    };
    expect(await fexec.callAsync(task, bucket).result()).toBe('from the client');
    expect(await read('output')).toBe('from the client, by a task');
  });

  it('takes CloudObjects from one task to another', async () => {
    const count = (text: string, { storage: own }: TaskContext) => own.putCloudObject(`${text.length}`);
    const sum = async (objects: CloudObject[], { storage: own }: TaskContext): Promise<number> => {
      let total = 0;
      for (const object of objects) total += Number(new TextDecoder().decode(await own.getCloudObject(object)));
      return total;
    };
    expect(await fexec.mapReduce(count, ['a', 'bb', 'ccc'], sum).result()).toBe(6);
  });

  it('puts and gets by stream', async () => {
    await storage.putObject(bucket, 'stream', new Blob(['streamed ', 'content']).stream());
    expect(await new Response(await storage.getObjectStream(bucket, 'stream')).text()).toBe('streamed content');
  });

  it('syncs what must outlive a crash of the machine, bytes and names, and nothing else', () => {
    expect(syncsOf('plain', {})).toEqual({ bytes: 0, names: 0 });
    // The object's folder, the one that was made around it, and the one that was there.
    expect(syncsOf('new/folder/durable', { durable: true })).toEqual({ bytes: 1, names: 3 });
  });

  it('gets a range', async () => {
    await storage.putObject(bucket, 'object', '0123456789');
    expect(new TextDecoder().decode(await storage.getObject(bucket, 'object', { range: [2, 5] }))).toBe('2345');
  });

  it('lists keys by plain prefixes', async () => {
    for (const key of ['foo', 'foo/1', 'foo/2', 'foobar', 'bar']) await storage.putObject(bucket, key, key);
    expect(await storage.listKeys(bucket)).toEqual(['bar', 'foo', 'foo/1', 'foo/2', 'foobar']);
    expect(await storage.listKeys(bucket, 'foo')).toEqual(['foo', 'foo/1', 'foo/2', 'foobar']);
    expect(await storage.listKeys(bucket, 'foo/')).toEqual(['foo/1', 'foo/2']);
    expect(await storage.listKeys(bucket, 'nothing')).toEqual([]);
  });

  it('looks at an object, and tells one that is not there', async () => {
    await storage.putObject(bucket, 'object', 'content');
    expect((await storage.headObject(bucket, 'object')).size).toBe(7);
    await expect(storage.headObject(bucket, 'missing')).rejects.toBeInstanceOf(StorageNoSuchKeyError);
  });

  it('lists objects with their sizes', async () => {
    for (const key of ['a', 'bb', 'ccc']) await storage.putObject(bucket, key, key);
    const listed = [];
    for await (const { key, size, lastModified } of storage.listObjects(bucket)) {
      expect(lastModified).toBeInstanceOf(Date);
      listed.push([key, size]);
    }
    expect(listed).toEqual([
      ['a', 1],
      ['bb', 2],
      ['ccc', 3],
    ]);
  });

  it('deletes an object, and many', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await storage.putObject(bucket, key, key);
    await storage.deleteObject(bucket, 'a');
    expect(await storage.listKeys(bucket)).toEqual(['b', 'c', 'd']);
    await storage.deleteObjects(bucket, ['b', 'd']);
    expect(await storage.listKeys(bucket)).toEqual(['c']);
  });

  it('looks at a bucket', async () => {
    expect(await storage.headBucket(bucket)).toBe(true);
    expect(await storage.headBucket('no-such-bucket')).toBe(false);
  });

  it('deletes a CloudObject, and many, in whatever buckets they are', async () => {
    const one = await storage.putCloudObject('one');
    await storage.deleteCloudObject(one);
    await expect(storage.getCloudObject(one)).rejects.toBeInstanceOf(StorageNoSuchKeyError);
    const many = [await storage.putCloudObject('two'), await storage.putCloudObject('three', { bucket })];
    await storage.deleteCloudObjects(many);
    for (const object of many)
      await expect(storage.getCloudObject(object)).rejects.toBeInstanceOf(StorageNoSuchKeyError);
  });

  it('gives tasks CloudObjects that the client made, and their results are CloudObjects', async () => {
    const object = await storage.putCloudObject('payload');
    const upper = async (given: CloudObject, { storage: own }: TaskContext) =>
      own.putCloudObject(new TextDecoder().decode(await own.getCloudObject(given)).toUpperCase());
    const result = await fexec.callAsync(upper, object).result();
    expect(result).toBeInstanceOf(CloudObject);
    expect(new TextDecoder().decode(await storage.getCloudObject(result))).toBe('PAYLOAD');
  });
});
