import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { CloudObject, StorageError, StorageNoSuchKeyError } from '@lithops/core';
import { rejection } from '../eventually.ts';
import { onStorage, text } from './on-storage.ts';
import type { StorageCase } from './storage-case.ts';

/** `Storage` on the plugin, as users meet it. */
export const facadeCases: readonly StorageCase[] = [
  onStorage('bodies', 'a body is text, bytes, a Blob, a web stream or an async iterable', async (storage, bucket) => {
    async function* parts(): AsyncGenerator<string | Uint8Array> {
      yield 'grüße ';
      yield new TextEncoder().encode('von hier');
    }
    const bodies = [
      'grüße von hier',
      new TextEncoder().encode('grüße von hier'),
      new Blob(['grüße ', 'von hier']),
      new Blob(['grüße von hier']).stream(),
      parts(),
    ];
    for (const [i, body] of bodies.entries()) {
      strictEqual(await storage.putObject(bucket, `body-${i}`, body), true);
      strictEqual(await text(storage, bucket, `body-${i}`), 'grüße von hier', `body ${i}`);
    }
    const wrong: unknown = 42;
    ok((await rejection(storage.putObject(bucket, 'wrong', wrong as string))) instanceof TypeError); // what plain JavaScript may pass
    strictEqual(await storage.putObject(bucket, 'body-0', 'other', { ifAbsent: true }), false);
  }),
  onStorage('reading', 'objects are read whole, in ranges and as streams', async (storage, bucket) => {
    await storage.putObject(bucket, 'object', '0123456789');
    deepStrictEqual(await storage.getObject(bucket, 'object', { range: [2, 4] }), new TextEncoder().encode('234'));
    const streamed = await storage.getObjectStream(bucket, 'object', { range: [5, 100] });
    strictEqual(await new Response(streamed).text(), '56789');
    strictEqual((await storage.headObject(bucket, 'object')).size, 10);
    for (const range of [
      [-1, 3],
      [4, 2],
      [0.5, 2],
      [0, Number.NaN],
    ] as const) {
      ok((await rejection(storage.getObject(bucket, 'object', { range }))) instanceof RangeError, `[${range}]`);
    }
    ok((await rejection(storage.getObject(bucket, 'missing'))) instanceof StorageNoSuchKeyError);
    ok((await rejection(storage.getObjectStream(bucket, 'missing'))) instanceof StorageNoSuchKeyError);
  }),
  onStorage('listing', 'keys are listed by prefix, and deleted one or many', async (storage, bucket) => {
    for (const key of ['a/1', 'a/2', 'b']) await storage.putObject(bucket, key, key);
    deepStrictEqual(await storage.listKeys(bucket), ['a/1', 'a/2', 'b']);
    deepStrictEqual(await storage.listKeys(bucket, 'a'), ['a/1', 'a/2']);
    const sizes = [];
    for await (const { key, size } of storage.listObjects(bucket, 'b')) sizes.push([key, size]);
    deepStrictEqual(sizes, [['b', 1]]);
    await storage.deleteObject(bucket, 'b');
    await storage.deleteObjects(bucket, ['a/1', 'a/2', 'never-there']);
    deepStrictEqual(await storage.listKeys(bucket), []);
    ok(await storage.headBucket(bucket));
  }),
  onStorage('cloud-objects', 'a CloudObject leads to what was put, and is deleted', async (storage, bucket) => {
    const [named, unnamed] = [
      await storage.putCloudObject('named', { bucket, key: 'n' }),
      await storage.putCloudObject('unnamed', { bucket }),
    ];
    ok(named instanceof CloudObject);
    deepStrictEqual([named.bucket, named.key], [bucket, 'n']);
    strictEqual(new TextDecoder().decode(await storage.getCloudObject(unnamed)), 'unnamed');
    await storage.deleteCloudObjects([named, unnamed]);
    ok((await rejection(storage.getCloudObject(named))) instanceof StorageNoSuchKeyError);
    ok((await rejection(storage.getCloudObject(new CloudObject('elsewhere', bucket, 'n')))) instanceof StorageError);
  }),
  {
    id: 'facade/default-bucket',
    title: 'the default bucket is there without being made',
    async run(harness) {
      await using storage = harness.openStorage();
      const object = await storage.putCloudObject('in the default bucket');
      strictEqual(new TextDecoder().decode(await storage.getCloudObject(object)), 'in the default bucket');
      await storage.deleteCloudObject(object);
    },
  },
  onStorage('wrong-arguments', 'names that are none are refused before anything is sent', async (storage, bucket) => {
    ok((await rejection(storage.putObject(bucket, '', 'x'))) instanceof TypeError);
    ok((await rejection(storage.putObject('', 'key', 'x'))) instanceof TypeError);
    ok((await rejection(storage.getObject(bucket, ''))) instanceof TypeError);
    const wrong: unknown = undefined;
    ok((await rejection(storage.headObject(bucket, wrong as string))) instanceof TypeError); // what plain JavaScript may pass
    ok((await rejection(storage.putObject(bucket, 'half \ud83d', 'x'))) instanceof TypeError);
    ok((await rejection(storage.deleteObjects(bucket, ['a', '']))) instanceof TypeError);
    const misspelt: object = { ifabsent: true };
    const error = await rejection(storage.putObject(bucket, 'key', 'x', misspelt));
    ok(error instanceof TypeError && error.message.includes("did you mean 'ifAbsent'"), String(error));
    deepStrictEqual(await storage.listKeys(bucket), []);
  }),
  {
    id: 'facade/closed',
    title: 'a closed storage says so, and may be closed again',
    async run(harness) {
      const storage = harness.openStorage();
      const bucket = harness.bucketName();
      await storage.headBucket(bucket);
      await storage[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      const error = await rejection(storage.headBucket(bucket));
      ok(error instanceof StorageError && /closed/.test(error.message), String(error));
    },
  },
  onStorage('aborted', 'every method ends at once with the reason of an aborted signal', async (storage, bucket) => {
    await storage.putObject(bucket, 'object', 'content');
    const reason = new Error('stopped by the case');
    const options = { signal: AbortSignal.abort(reason) };
    const object = new CloudObject(storage.backendName, bucket, 'object');
    const attempts = [
      () => storage.putObject(bucket, 'new', 'x', options),
      () => storage.getObject(bucket, 'object', options),
      () => storage.getObjectStream(bucket, 'object', options),
      () => storage.headObject(bucket, 'object', options),
      () => storage.headBucket(bucket, options),
      () => storage.createBucket(bucket, options),
      () => storage.deleteObject(bucket, 'object', options),
      () => storage.deleteObjects(bucket, ['object'], options),
      () => storage.listKeys(bucket, '', options),
      () => storage.presign(bucket, 'object', options),
      () => storage.putCloudObject('x', { bucket, ...options }),
      () => storage.getCloudObject(object, options),
      () => storage.getCloudObjectStream(object, options),
      () => storage.deleteCloudObject(object, options),
    ];
    for (const attempt of attempts) strictEqual(await rejection(attempt()), reason, String(attempt));
    deepStrictEqual(await storage.listKeys(bucket), ['object']);
  }),
  onStorage(
    'presign',
    'addresses are given where the storage has them, else it is said',
    async (storage, bucket, harness) => {
      if (harness.capabilities.presign) {
        await storage.putObject(bucket, 'object', 'by address');
        strictEqual(await (await fetch(await storage.presign(bucket, 'object'))).text(), 'by address');
      } else {
        const error = await rejection(storage.presign(bucket, 'object'));
        ok(error instanceof StorageError && /presign/.test(error.message), String(error));
      }
      ok((await rejection(storage.presign(bucket, 'object', { expiresSeconds: 0 }))) instanceof TypeError);
    },
  ),
];
