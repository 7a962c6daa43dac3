import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransferProgress } from '@lithops/core';
import { rejection } from '../eventually.ts';
import { onStorage } from './on-storage.ts';
import type { StorageCase } from './storage-case.ts';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lithops-conformance-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Whether progress goes on to the end, and never back. */
function assertComplete(told: readonly TransferProgress[], size: number): void {
  ok(told.length > 0, 'no progress was told');
  deepStrictEqual(told.at(-1), { transferredBytes: size, totalBytes: size });
  ok(told.every(({ totalBytes }) => totalBytes === size));
  ok(
    told.every(({ transferredBytes }, i) => transferredBytes > (told[i - 1]?.transferredBytes ?? -1)),
    'it went back',
  );
}

/** Files to and from storage. */
export const facadeTransferCases: readonly StorageCase[] = [
  onStorage('files', 'files are uploaded, and appear complete or not at all when downloaded', (storage, bucket) =>
    inFolder(async (folder) => {
      const bytes = Buffer.alloc(3_000_000, 'file ');
      await writeFile(join(folder, 'up.bin'), bytes);
      await storage.uploadFile(join(folder, 'up.bin'), bucket);
      await storage.downloadFile(bucket, 'up.bin', join(folder, 'new/down.bin'));
      ok((await readFile(join(folder, 'new/down.bin'))).equals(bytes));
      await writeFile(join(folder, 'new/down.bin'), 'an older and longer one');
      await storage.putObject(bucket, 'short', 'new');
      await storage.downloadFile(bucket, 'short', join(folder, 'new/down.bin'));
      strictEqual(await readFile(join(folder, 'new/down.bin'), 'utf8'), 'new');
      await rejection(storage.downloadFile(bucket, 'missing', join(folder, 'new/none.bin')));
      await rejection(storage.uploadFile(join(folder, 'missing'), bucket, 'missing'));
      ok((await rejection(storage.uploadFile(folder, bucket, 'folder'))) instanceof TypeError);
      ok((await rejection(storage.downloadFile(bucket, 'a/..'))) instanceof TypeError);
      deepStrictEqual(await readdir(join(folder, 'new')), ['down.bin']);
      deepStrictEqual(await storage.listKeys(bucket), ['short', 'up.bin']);
    }),
  ),
  onStorage('progress', 'transfers of files tell how far they have come, up to the last byte', (storage, bucket) =>
    inFolder(async (folder) => {
      for (const size of [0, 5_000_001]) {
        await writeFile(join(folder, 'file'), Buffer.alloc(size, 'x'));
        const [up, down]: [TransferProgress[], TransferProgress[]] = [[], []];
        await storage.uploadFile(join(folder, 'file'), bucket, 'key', { onProgress: (progress) => up.push(progress) });
        assertComplete(up, size);
        await storage.downloadFile(bucket, 'key', join(folder, 'back'), {
          onProgress: (progress) => down.push(progress),
        });
        assertComplete(down, size);
        strictEqual((await readFile(join(folder, 'back'))).length, size);
      }
    }),
  ),
  onStorage('aborted-transfer', 'an aborted transfer leaves neither an object nor a file', (storage, bucket) =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'file'), Buffer.alloc(8_000_000));
      const reason = new Error('stopped by the case');
      const uploading = new AbortController();
      const uploaded = storage.uploadFile(join(folder, 'file'), bucket, 'key', {
        signal: uploading.signal,
        onProgress: () => uploading.abort(reason),
      });
      strictEqual(await rejection(uploaded), reason);
      // Where the bytes had all been handed over, the object may appear; a part of it may not.
      for await (const { size } of storage.listObjects(bucket)) strictEqual(size, 8_000_000);
      await storage.putObject(bucket, 'whole', Buffer.alloc(8_000_000));
      const downloading = new AbortController();
      const downloaded = storage.downloadFile(bucket, 'whole', join(folder, 'down/file'), {
        signal: downloading.signal,
        onProgress: () => downloading.abort(reason),
      });
      strictEqual(await rejection(downloaded), reason);
      deepStrictEqual(await readdir(join(folder, 'down')), []);
    }),
  ),
];
