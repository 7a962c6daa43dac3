import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Storage, StorageError } from '@lithops/core';
import { rejection, within } from '../eventually.ts';
import type { FaultCounts, StorageFaults } from './faulty-storage.ts';
import { onStorage, text } from './on-storage.ts';
import type { StorageCase } from './storage-case.ts';

type Faulty = (faults: StorageFaults, retries?: number) => Storage & { readonly counts: FaultCounts };

/** A case on a storage that fails on purpose, beside one that does not. */
function onFaulty(
  name: string,
  title: string,
  run: (open: Faulty, bucket: string, storage: Storage) => Promise<void>,
): StorageCase {
  return onStorage(name, title, async (storage, bucket, harness) => {
    await using opened = new AsyncDisposableStack();
    const open: Faulty = (faults, retries) => opened.use(harness.openFaultyStorage(faults, retries));
    await run(open, bucket, storage);
  });
}

const CONTENT = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, i) => i).buffer);

/** What the facade makes of a storage that fails for a moment. */
export const facadeFaultCases: readonly StorageCase[] = [
  onFaulty('retries', 'all goes well on a storage of which every third call fails', async (open, bucket, plain) => {
    for (const reason of ['throttled', 'unavailable'] as const) {
      const storage = open({ failEvery: 3, reason });
      async function* once(): AsyncGenerator<Uint8Array> {
        yield CONTENT;
      }
      for (let i = 0; i < 4; i++) {
        strictEqual(await storage.putObject(bucket, `bytes-${i}`, CONTENT), true);
        strictEqual(await storage.putObject(bucket, `stream-${i}`, once(), { ifAbsent: true }), true);
        ok(Buffer.from(await storage.getObject(bucket, `stream-${i}`)).equals(CONTENT));
        strictEqual((await storage.headObject(bucket, `bytes-${i}`)).size, CONTENT.length);
        ok(await storage.headBucket(bucket));
      }
      strictEqual((await storage.listKeys(bucket)).length, 8);
      await storage.deleteObjects(bucket, await storage.listKeys(bucket));
      deepStrictEqual(await plain.listKeys(bucket), []);
      ok(storage.counts.failedCalls >= 7, `${storage.counts.failedCalls} calls failed`);
    }
  }),
  onFaulty('no-retries', 'what does not pass by itself is told at once', async (open, bucket) => {
    for (const reason of ['access-denied', 'no-credentials', 'full', 'too-large', 'other'] as const) {
      const storage = open({ failEvery: 1, reason });
      const error = await rejection(storage.putObject(bucket, 'key', 'content'));
      ok(error instanceof StorageError, String(error));
      deepStrictEqual([error.reason, storage.counts.calls], [reason, 1]);
    }
  }),
  onFaulty('gives-up', 'after so many attempts as are configured the failure is told', async (open, bucket) => {
    const storage = open({ failEvery: 1, reason: 'throttled' }, 2);
    const attempts = [
      () => storage.headObject(bucket, 'key'),
      () => storage.getObject(bucket, 'key'),
      () => storage.putObject(bucket, 'key', 'content'),
      () => storage.listKeys(bucket),
    ];
    for (const [i, attempt] of attempts.entries()) {
      const error = await rejection(attempt());
      ok(error instanceof StorageError, String(error));
      deepStrictEqual([error.reason, storage.counts.calls], ['throttled', 3 * (i + 1)]);
    }
    const never = open({ failEvery: 1 }, 0);
    await rejection(never.headBucket(bucket));
    strictEqual(never.counts.calls, 1);
  }),
  onFaulty('aborted-retry', 'an abort ends the wait for the next attempt', async (open, bucket) => {
    const storage = open({ failEvery: 1 }, 1000);
    const reason = new Error('stopped by the case');
    const stopping = new AbortController();
    const waiting = storage.headBucket(bucket, { signal: stopping.signal });
    setTimeout(() => stopping.abort(reason), 50);
    strictEqual(await within(10_000, 'an aborted retry', rejection(waiting)), reason);
  }),
  onFaulty('broken-reads', 'a read that breaks goes on, and gives every byte once', async (open, bucket, plain) => {
    await plain.putObject(bucket, 'object', CONTENT);
    const storage = open({ breakReads: { every: 1, afterBytes: 600_000 } });
    ok(
      Buffer.from(await open({ breakReads: { every: 2, afterBytes: 600_000 } }).getObject(bucket, 'object')).equals(
        CONTENT,
      ),
    );
    const folder = await mkdtemp(join(tmpdir(), 'lithops-conformance-'));
    try {
      const other = open({ breakReads: { every: 2, afterBytes: 600_000 } });
      for (let i = 0; i < 2; i++) await other.downloadFile(bucket, 'object', join(folder, `down-${i}`));
      ok((await readFile(join(folder, 'down-1'))).equals(CONTENT));
      strictEqual(other.counts.brokenReads, 1);
    } finally {
      await rm(folder, { recursive: true });
    }
    // Every read breaks after so many bytes; where the storage tells versions the rest is fetched piece by piece.
    const reading = async (range?: readonly [number, number]) => {
      const stream = await storage.getObjectStream(bucket, 'object', range === undefined ? {} : { range });
      return Buffer.from(await new Response(stream).arrayBuffer());
    };
    const whole = await reading().catch((error: unknown) => error);
    if (whole instanceof Buffer) {
      ok(whole.equals(CONTENT));
      ok((await reading([1000, 1_900_000])).equals(CONTENT.subarray(1000, 1_900_001)));
      ok(storage.counts.brokenReads >= 5, `${storage.counts.brokenReads} reads broke`);
    } else {
      ok(whole instanceof StorageError && whole.reason === 'unavailable', String(whole));
    }
  }),
  onFaulty('versions-apart', 'bytes of two versions of an object are never mixed', async (open, bucket, plain) => {
    const [old, young] = [Buffer.alloc(2_000_000, 'old '), Buffer.alloc(2_000_000, 'new ')];
    const storage = open({ breakReads: { every: 1, afterBytes: 900_000 } }, 3);
    await plain.putObject(bucket, 'object', old);
    const stream = await storage.getObjectStream(bucket, 'object');
    const reader = stream.getReader();
    let received = (await reader.read()).value?.byteLength ?? 0;
    await plain.putObject(bucket, 'object', young);
    const rest = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        ok(
          Buffer.from(value).equals(old.subarray(received, received + value.byteLength)),
          'bytes of the other version',
        );
        received += value.byteLength;
      }
    })();
    const error = await rejection(rest);
    ok(error instanceof StorageError, String(error));
    ok(received < old.length);
    // What is collected before it is given can begin anew.
    const once = open({ breakReads: { every: 2, afterBytes: 900_000 } });
    for (let i = 0; i < 2; i++) {
      await plain.putObject(bucket, 'object', old);
      const [bytes] = await Promise.all([once.getObject(bucket, 'object'), plain.putObject(bucket, 'object', young)]);
      ok(
        [old, young].some((version) => version.equals(Buffer.from(bytes))),
        `${bytes.length} bytes that nobody has put`,
      );
    }
  }),
  onFaulty(
    'broken-puts',
    'a put that breaks is repeated where its body can be, and leaves nothing else',
    async (open, bucket, plain) => {
      const storage = open({ breakPuts: { every: 2, afterBytes: 700_000 } });
      await storage.putObject(bucket, 'first', 'whole');
      strictEqual(await storage.putObject(bucket, 'bytes', CONTENT), true);
      strictEqual(await storage.putObject(bucket, 'blob', new Blob([CONTENT])), true);
      ok(Buffer.from(await plain.getObject(bucket, 'bytes')).equals(CONTENT));
      ok(Buffer.from(await plain.getObject(bucket, 'blob')).equals(CONTENT));
      const folder = await mkdtemp(join(tmpdir(), 'lithops-conformance-'));
      try {
        await writeFile(join(folder, 'file'), CONTENT);
        await storage.uploadFile(join(folder, 'file'), bucket);
        ok(Buffer.from(await plain.getObject(bucket, 'file')).equals(CONTENT));
      } finally {
        await rm(folder, { recursive: true });
      }
      let ended = 0;
      async function* once(): AsyncGenerator<Uint8Array> {
        try {
          for (let at = 0; at < CONTENT.length; at += 100_000) yield CONTENT.subarray(at, at + 100_000);
        } finally {
          ended++;
        }
      }
      const error = await rejection(
        open({ breakPuts: { every: 1, afterBytes: 700_000 } }).putObject(bucket, 'stream', once()),
      );
      ok(error instanceof StorageError && error.reason === 'unavailable', String(error));
      strictEqual(ended, 1, 'the body that was partly read is ended');
      deepStrictEqual(await plain.listKeys(bucket), ['blob', 'bytes', 'file', 'first']);
      ok(storage.counts.brokenPuts >= 3);
    },
  ),
  onFaulty('unread-body', 'a body that nobody has read is ended, whatever became of the put', async (open, bucket) => {
    const cancelled: unknown[] = [];
    const body = () =>
      new ReadableStream<Uint8Array>({
        cancel: (reason) => void cancelled.push(reason),
      });
    await rejection(open({ failEvery: 1 }, 1).putObject(bucket, 'key', body()));
    strictEqual(cancelled.length, 1);
    await rejection(open({ failEvery: 1, reason: 'full' }).putObject(bucket, 'key', body()));
    strictEqual(cancelled.length, 2);
  }),
  onFaulty(
    'broken-listings',
    'a listing that breaks goes on, and gives every key once',
    async (open, bucket, plain) => {
      const keys = Array.from({ length: 25 }, (_, i) => `key-${String(i).padStart(2, '0')}-${['é', '😀'][i % 2]}`);
      for (const key of keys) await plain.putObject(bucket, key, key);
      const storage = open({ breakListings: { every: 2, afterEntries: 7 } });
      for (let i = 0; i < 3; i++) deepStrictEqual(await storage.listKeys(bucket), keys);
      ok(storage.counts.brokenListings >= 2, `${storage.counts.brokenListings} listings broke`);
      strictEqual(await text(storage, bucket, keys[3] ?? ''), keys[3]);
    },
  ),
];
