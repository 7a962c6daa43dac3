import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Command } from 'commander';
import {
  bucketAndKey,
  nonEmpty,
  type StorageCommandOptions,
  type StorageSession,
  withStorage,
  withStorageOptions,
} from './storage-session.ts';
import { type TransferBar, transferBar } from './transfer-bar.ts';

interface PutOptions extends StorageCommandOptions {
  readonly key?: string;
}

interface GetOptions extends StorageCommandOptions {
  readonly out?: string;
}

const STANDARD_STREAM = '-';

/** `lithops storage put|get`. */
export function addTransferCommands(storage: Command): void {
  withStorageOptions(storage.command('put'))
    .description('upload a file, or what comes on standard input')
    .argument('<file>', 'the file; - is standard input', nonEmpty)
    .argument('[bucket]', 'default: the configured bucket', nonEmpty)
    .option('-k, --key <key>', "default: the file's name", nonEmpty)
    .action(put);
  withStorageOptions(storage.command('get'))
    .description('download an object')
    .usage('[options] [bucket] <key>')
    .argument('<bucket-or-key>', 'the bucket where a key follows; else the key, in the configured bucket', nonEmpty)
    .argument('[key]', 'the object', nonEmpty)
    .option('-o, --out <file>', 'default: the last part of the key; - is standard output', nonEmpty)
    .action(get);
}

async function put(file: string, bucketName: string | undefined, options: PutOptions, command: Command): Promise<void> {
  if (file === STANDARD_STREAM && options.key === undefined)
    command.error('error: standard input has no name; give the object one with --key <key>', { exitCode: 2 });
  const key = options.key ?? basename(file);
  await withStorage(options, async (session) => {
    const bucket = await session.bucket(bucketName);
    let bytes = 0;
    {
      using bar = await transferBar(key, options);
      if (file === STANDARD_STREAM) {
        const counted = countedStdin((transferredBytes) => {
          bytes = transferredBytes;
          bar.update({ transferredBytes, totalBytes: Number.POSITIVE_INFINITY });
        });
        // A terminal or pipe that says nothing more would keep the command from ending.
        session.signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
        await session.storage.putObject(bucket, key, counted, { signal: session.signal });
      } else {
        await session.storage.uploadFile(file, bucket, key, {
          signal: session.signal,
          onProgress: (progress) => {
            bytes = progress.transferredBytes;
            bar.update(progress);
          },
        });
      }
    }
    print(session, options, { bucket, key, bytes });
  });
}

async function get(first: string, second: string | undefined, options: GetOptions, command: Command): Promise<void> {
  const [bucketName, key] = bucketAndKey(first, second);
  if (options.out === STANDARD_STREAM && options.json === true)
    command.error('error: --json and the object itself cannot both go to standard output', { exitCode: 2 });
  const path = options.out ?? basename(key);
  await withStorage(options, async (session) => {
    const bucket = await session.bucket(bucketName);
    let bytes = 0;
    {
      using bar = await transferBar(key, options);
      if (path === STANDARD_STREAM) return await toStdout(session, bucket, key, bar);
      await session.storage.downloadFile(bucket, key, path, {
        signal: session.signal,
        onProgress: (progress) => {
          bytes = progress.transferredBytes;
          bar.update(progress);
        },
      });
    }
    print(session, options, { bucket, key, bytes, path });
  });
}

async function toStdout(
  { storage, signal }: StorageSession,
  bucket: string,
  key: string,
  bar: TransferBar,
): Promise<void> {
  const totalBytes = process.stderr.isTTY ? (await storage.headObject(bucket, key, { signal })).size : 0;
  const stream = await storage.getObjectStream(bucket, key, { signal });
  let transferredBytes = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      yield chunk;
      transferredBytes += chunk.byteLength;
      bar.update({ transferredBytes, totalBytes });
    }
  };
  await pipeline(Readable.fromWeb(stream as NodeReadableStream<Uint8Array>), counted, process.stdout, { end: false }); // the same class under two names
}

async function* countedStdin(count: (bytes: number) => void): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    // no encoding is set
    yield chunk;
    bytes += chunk.byteLength;
    count(bytes);
  }
}

interface Transferred {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly path?: string;
}

function print({ storage }: StorageSession, { json }: StorageCommandOptions, done: Transferred): void {
  const { bucket, key, bytes, path } = done;
  if (json === true) process.stdout.write(`${JSON.stringify({ storage: storage.backendName, ...done })}\n`);
  else
    process.stdout.write(
      `${storage.backendName}://${bucket}/${key}${path === undefined ? '' : ` -> ${path}`} (${bytes} bytes)\n`,
    );
}
