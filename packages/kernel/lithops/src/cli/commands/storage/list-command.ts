import { once } from 'node:events';
import type { Command } from 'commander';
import { nonEmpty, type StorageCommandOptions, withStorage, withStorageOptions } from './storage-session.ts';

interface ListOptions extends StorageCommandOptions {
  readonly prefix: string;
}

/** `lithops storage list`. */
export function addListCommand(storage: Command): void {
  withStorageOptions(storage.command('list'))
    .description('list objects: when they were written, their sizes in bytes, their keys')
    .argument('[bucket]', 'default: the configured bucket', nonEmpty)
    .option('-p, --prefix <text>', 'only keys that begin so', '')
    .action(list);
}

async function list(bucketName: string | undefined, { prefix, ...options }: ListOptions): Promise<void> {
  await withStorage(options, async ({ storage, bucket, signal }) => {
    let count = 0;
    for await (const { key, size, lastModified } of storage.listObjects(await bucket(bucketName), prefix, { signal })) {
      const entry = { key, size, lastModified: lastModified.toISOString() };
      if (options.json === true) await write(`${count === 0 ? '[\n' : ',\n'}${JSON.stringify(entry)}`);
      else await write(`${entry.lastModified} ${String(size).padStart(14)}  ${printable(key)}\n`);
      count++;
    }
    if (options.json === true) await write(count === 0 ? '[]\n' : '\n]\n');
    else if (count === 0) process.stderr.write('no objects\n');
  });
}

/** Control characters of a key could write anything on a terminal. */
function printable(key: string): string {
  return key.replaceAll(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
