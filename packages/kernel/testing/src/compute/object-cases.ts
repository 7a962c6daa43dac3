import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ConfigError,
  type FunctionExecutor,
  type ObjectPartition,
  objects,
  StorageNoSuchKeyError,
} from '@lithops/core';
import type { ComputeCapabilities } from '@lithops/core/plugin';
import type { ConformanceCase } from '../conformance-case.ts';
import { rejection } from '../eventually.ts';
import type { ComputeHarness } from './compute-harness.ts';

const LINES = Array.from({ length: 300 }, (_, i) => `${'é€x'.repeat(i % 40)}${i}`);

const linesOf = async (part: ObjectPartition): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of part.lines()) lines.push(line);
  return lines;
};

/** Runs with two objects in the executor's storage, which are removed afterwards. */
async function withObjects(
  fexec: FunctionExecutor,
  run: (prefix: string, source: string) => Promise<void>,
): Promise<void> {
  const { storage } = fexec;
  const bucket = await storage.defaultBucket();
  const prefix = `conformance-${randomUUID()}/`;
  const keys = [`${prefix}a`, `${prefix}b`];
  try {
    await storage.putObject(bucket, `${prefix}a`, LINES.join('\n'));
    await storage.putObject(bucket, `${prefix}b`, '');
    await run(prefix, `${storage.backendName}://${bucket}/${prefix}`);
  } finally {
    await storage.deleteObjects(bucket, keys);
  }
}

/** Objects: found and divided by the client, read by workers. */
export const objectCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  {
    id: 'objects/storage',
    title: 'parts of objects in storage are read by workers, each line once',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      await withObjects(fexec, async (_, source) => {
        const parts = await fexec.map(linesOf, objects(source), { objChunkNumber: 3 }).result();
        strictEqual(parts.length, 4);
        deepStrictEqual(parts.flat(), LINES);
        const reduced = fexec.mapReduce(
          (part: ObjectPartition) => part.bytes(),
          objects(source),
          (parts: Uint8Array[]) => Buffer.concat(parts).toString(),
          { objChunkNumber: 2, objNewline: null, reducerOnePerObject: true },
        );
        deepStrictEqual(await reduced.result(), [LINES.join('\n'), '']);
      });
    },
  },
  {
    id: 'objects/deleted',
    title: 'an object that is gone when a worker reads it is told as such',
    async run({ createExecutor }) {
      await using fexec = createExecutor();
      await withObjects(fexec, async (prefix, source) => {
        const bucket = await fexec.storage.defaultBucket();
        const stale = fexec.map(
          async (partition: ObjectPartition) => {
            const { taskContext } = await import('@lithops/core');
            await taskContext().storage.deleteObject(partition.bucket ?? '', partition.key ?? '');
            return partition.text();
          },
          objects(`${source}a`),
        );
        const error = await rejection(stale.result());
        ok(error instanceof StorageNoSuchKeyError, String(error));
        strictEqual(error.key, `${prefix}a`);
        strictEqual(error.bucket, bucket);
      });
    },
  },
  {
    id: 'objects/files',
    title: 'local files are read where workers see them, and refused elsewhere',
    async run({ createExecutor, capabilities }) {
      const folder = await mkdtemp(join(tmpdir(), 'lithops-conformance-'));
      try {
        await writeFile(join(folder, 'lines'), LINES.join('\r\n'));
        await using fexec = createExecutor();
        const source = objects(pathToFileURL(join(folder, 'lines')));
        const lists = fexec.map(linesOf, source, { objChunkNumber: 7, objNewline: '\r\n' });
        if (capabilities.sharesFileSystem) deepStrictEqual((await lists.result()).flat(), LINES);
        else ok((await rejection(lists.result())) instanceof ConfigError);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
];
