import type { Command } from 'commander';
import { confirmed } from './confirmed.ts';
import {
  bucketAndKey,
  nonEmpty,
  type StorageCommandOptions,
  type StorageSession,
  withStorage,
  withStorageOptions,
} from './storage-session.ts';

interface DeleteOptions extends StorageCommandOptions {
  readonly prefix?: string;
  readonly yes?: boolean;
}

const DELETED_AT_ONCE = 1000;

/** `lithops storage delete|empty`. */
export function addDeleteCommands(storage: Command): void {
  withStorageOptions(storage.command('delete'))
    .description('delete an object, or with --prefix all whose keys begin so')
    .usage('[options] [bucket] <key>\n       lithops storage delete [options] --prefix <text> [bucket]')
    .argument(
      '[bucket-or-key]',
      'the bucket where a key or --prefix is given; else the key, in the configured bucket',
      nonEmpty,
    )
    .argument('[key]', 'the object', nonEmpty)
    .option('-p, --prefix <text>', 'delete all objects whose keys begin so', nonEmpty)
    .option('-y, --yes', 'do not ask')
    .action(remove);
  withStorageOptions(storage.command('empty'))
    .description('delete all objects of a bucket; the bucket stays')
    .argument('[bucket]', 'default: the configured bucket', nonEmpty)
    .option('-y, --yes', 'do not ask')
    .action(empty);
}

async function remove(
  first: string | undefined,
  second: string | undefined,
  options: DeleteOptions,
  command: Command,
): Promise<void> {
  const { prefix } = options;
  if (prefix === undefined) {
    if (first === undefined)
      return command.error('error: name an object, or with --prefix what keys begin with', { exitCode: 2 });
    return removeKey(...bucketAndKey(first, second), options, command);
  }
  if (second !== undefined) return command.error('error: give a key or --prefix, not both', { exitCode: 2 });
  await removeAll(first, prefix, `all objects whose keys begin with ${JSON.stringify(prefix)} in`, options, command);
}

async function empty(bucketName: string | undefined, options: DeleteOptions, command: Command): Promise<void> {
  await removeAll(bucketName, '', 'ALL objects in', options, command);
}

async function removeKey(
  bucketName: string | undefined,
  key: string,
  options: DeleteOptions,
  command: Command,
): Promise<void> {
  await withStorage(options, async (session) => {
    const { storage, signal } = session;
    const bucket = await session.bucket(bucketName);
    await storage.headObject(bucket, key, { signal });
    if (!(await confirmed(`delete ${storage.backendName}://${bucket}/${key}`, options, command, signal))) return;
    await storage.deleteObject(bucket, key, { signal });
    print(session, options, bucket, 1);
  });
}

async function removeAll(
  bucketName: string | undefined,
  prefix: string,
  what: string,
  options: DeleteOptions,
  command: Command,
): Promise<void> {
  await withStorage(options, async (session) => {
    const { storage, signal } = session;
    const bucket = await session.bucket(bucketName);
    if (!(await confirmed(`delete ${what} ${storage.backendName}://${bucket}`, options, command, signal))) return;
    let deleted = 0;
    let keys: string[] = [];
    const flush = async () => {
      await storage.deleteObjects(bucket, keys, { signal });
      deleted += keys.length;
      keys = [];
    };
    for await (const { key } of storage.listObjects(bucket, prefix, { signal })) {
      keys.push(key);
      if (keys.length === DELETED_AT_ONCE) await flush();
    }
    await flush();
    print(session, options, bucket, deleted);
  });
}

function print({ storage }: StorageSession, { json }: StorageCommandOptions, bucket: string, deleted: number): void {
  if (json === true) process.stdout.write(`${JSON.stringify({ storage: storage.backendName, bucket, deleted })}\n`);
  else
    process.stdout.write(
      `deleted ${deleted} ${deleted === 1 ? 'object' : 'objects'} of ${storage.backendName}://${bucket}\n`,
    );
}
