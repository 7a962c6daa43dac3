import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { AbortMultipartUploadCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ObjectBody } from '@lithops/core/plugin';
import { abortableBytes } from './abortable-bytes.ts';
import { PART_BYTES, PARTS_AT_ONCE } from './part-size.ts';
import { failureOf, isConflict, isMissing, isPreconditionFailed, type S3Failure } from './s3-errors.ts';

export interface UploadOptions {
  readonly bucket: string;
  readonly key: string;
  readonly body: ObjectBody;
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal;
}

/** Metadata that tells an object of ours from another's, when the answer to its put got lost. */
const TOKEN = 'lithops-put';
/** Bodies up to this go in one request. */
const SINGLE_PUT_BYTES = 2 * PART_BYTES;
const MOST_CONFLICTS = 6;
const FIRST_CONFLICT_MS = 40;

/**
 * Writes an object in one request or in parts; unfinished parts are removed again.
 * @returns false when `ifAbsent` is set and there is one already
 * @throws what the SDK or the body throws
 */
export async function upload(client: S3Client, options: UploadOptions): Promise<boolean> {
  const token = randomUUID();
  const inOneRequest = options.body instanceof Uint8Array && options.body.length <= SINGLE_PUT_BYTES;
  for (let conflicts = 0; ; conflicts++) {
    try {
      await (inOneRequest ? putAtOnce(client, options, token) : putInParts(client, options, token));
      return true;
    } catch (error) {
      options.signal.throwIfAborted();
      const failure = failureOf(error);
      if (failure.attempts > 1 && (await isOurs(client, options, token, failure))) return true;
      if (!options.ifAbsent) throw error;
      if (isPreconditionFailed(failure)) return false;
      if (!isConflict(failure) || conflicts === MOST_CONFLICTS) throw error;
      // A stream cannot be sent again; whoever was faster may be done.
      if (!(options.body instanceof Uint8Array)) {
        if ((await metadataOf(client, options)) !== undefined) return false;
        throw error;
      }
      await delay(Math.random() * FIRST_CONFLICT_MS * 2 ** conflicts, undefined, { signal: options.signal });
    }
  }
}

async function putAtOnce(client: S3Client, options: UploadOptions, token: string): Promise<void> {
  const command = new PutObjectCommand({ ...parametersOf(options, token), Body: options.body as Uint8Array }); // as the caller has checked
  await client.send(command, { abortSignal: options.signal });
}

async function putInParts(client: S3Client, options: UploadOptions, token: string): Promise<void> {
  const { body, signal } = options;
  await new Upload({
    client: withSignal(client, signal),
    params: {
      ...parametersOf(options, token),
      Body: body instanceof Uint8Array ? body : Readable.from(abortableBytes(body, signal), { highWaterMark: 1 }),
    },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  }).done();
}

function parametersOf({ bucket, key, ifAbsent }: UploadOptions, token: string) {
  return { Bucket: bucket, Key: key, Metadata: { [TOKEN]: token }, ...(ifAbsent && { IfNoneMatch: '*' }) };
}

/** `Upload` takes no signal for its requests; the one that removes its parts must go out in any case. */
function withSignal(client: S3Client, signal: AbortSignal): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]) =>
    client.send(command, command instanceof AbortMultipartUploadCommand ? {} : { abortSignal: signal });
  return new Proxy(client, {
    get: (target, name) => (name === 'send' ? send : Reflect.get(target, name, target)),
  });
}

/** An attempt may have succeeded without our hearing of it: the failure is then the answer to the next. */
async function isOurs(client: S3Client, options: UploadOptions, token: string, failure: S3Failure): Promise<boolean> {
  try {
    return (await metadataOf(client, options))?.[TOKEN] === token;
  } catch (error) {
    // Whose the object is that a condition found decides what is returned.
    if (isPreconditionFailed(failure)) throw error;
    return false;
  }
}

/** Undefined when there is no such object. */
async function metadataOf(
  client: S3Client,
  { bucket, key, signal }: UploadOptions,
): Promise<Record<string, string> | undefined> {
  try {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
    return (await client.send(command, { abortSignal: signal })).Metadata ?? {};
  } catch (error) {
    if (isMissing(failureOf(error))) return undefined;
    throw error;
  }
}
