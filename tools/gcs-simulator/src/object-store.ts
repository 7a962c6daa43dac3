import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ApiError, conditionNotMet, invalid, noBucket, noObject } from './api-error.ts';
import { Crc32c } from './crc32c.ts';

/** Bytes on disk, not an object yet. */
export interface Content {
  readonly file: string;
  readonly size: number;
  readonly crc32c: string;
}

export interface StoredObject extends Content {
  readonly name: string;
  readonly generation: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: string;
}

/** Buckets and the objects in them, by the rules of the service. */
export class ObjectStore {
  readonly #folder: string;
  readonly #buckets = new Map<string, { readonly project: string; readonly objects: Map<string, StoredObject> }>();
  #generation = BigInt(Date.now()) * 1000n;

  constructor(folder: string) {
    this.#folder = folder;
  }

  createBucket(name: string, project: string): void {
    assertBucketName(name);
    if (this.#buckets.has(name))
      throw new ApiError(
        409,
        'conflict',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    this.#buckets.set(name, { project, objects: new Map() });
  }

  /** @throws ApiError unless there is such a bucket. */
  objects(bucket: string): Map<string, StoredObject> {
    const found = this.#buckets.get(bucket);
    if (found === undefined) throw noBucket();
    return found.objects;
  }

  object(bucket: string, name: string, generation: string | undefined): StoredObject {
    const found = this.objects(bucket).get(name);
    if (found === undefined || (generation !== undefined && generation !== found.generation))
      throw noObject(bucket, name);
    return found;
  }

  /** Names in the order of their bytes. */
  names(bucket: string, prefix: string): string[] {
    return [...this.objects(bucket).keys()]
      .filter((name) => name.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /** @param ifGenerationMatch the version that must be there; 0 for none */
  assertMatch(bucket: string, name: string, ifGenerationMatch: string | undefined): void {
    if (ifGenerationMatch === undefined) return;
    if (!/^\d+$/.test(ifGenerationMatch)) throw invalid(`Invalid value for ifGenerationMatch: ${ifGenerationMatch}`);
    if ((this.objects(bucket).get(name)?.generation ?? '0') !== ifGenerationMatch) throw conditionNotMet();
  }

  async finish(
    bucket: string,
    name: string,
    content: Content,
    facts: {
      readonly contentType: string;
      readonly metadata: Readonly<Record<string, string>>;
      readonly ifGenerationMatch: string | undefined;
    },
  ): Promise<StoredObject> {
    const { contentType, metadata, ifGenerationMatch } = facts;
    try {
      this.assertMatch(bucket, name, ifGenerationMatch);
    } catch (error) {
      await this.drop(content);
      throw error;
    }
    const objects = this.objects(bucket);
    const old = objects.get(name);
    const created = new Date().toISOString();
    const object = { ...content, name, contentType, metadata, generation: String(this.#generation++), created };
    objects.set(name, object);
    // Readers that have opened it read on.
    if (old !== undefined) await this.drop(old);
    return object;
  }

  async delete(bucket: string, name: string): Promise<void> {
    const object = this.object(bucket, name, undefined);
    this.objects(bucket).delete(name);
    await this.drop(object);
  }

  /** Writes bytes to the end of what is there. */
  async append(
    content: Content | undefined,
    bytes: AsyncIterable<Uint8Array>,
    most: number,
    hash: Crc32c,
  ): Promise<Content> {
    const file = content?.file ?? join(this.#folder, randomUUID());
    const stream = createWriteStream(file, { flags: 'a' });
    let added = 0;
    try {
      for await (const chunk of bytes) {
        if (added + chunk.length > most) throw invalid('There are more bytes than Content-Range says.');
        hash.update(chunk);
        added += chunk.length;
        if (!stream.write(chunk)) await once(stream, 'drain');
      }
    } catch (error) {
      // What has arrived before the connection was lost has arrived.
      if (error instanceof ApiError) throw error;
    }
    stream.end();
    await finished(stream);
    return { file, size: (content?.size ?? 0) + added, crc32c: hash.toString() };
  }

  /** Keeps the beginning that is a multiple of so many bytes. */
  async cut({ file, size }: Content, multiple: number): Promise<[Content, Crc32c]> {
    const kept = size - (size % multiple);
    await truncate(file, kept);
    const hash = new Crc32c();
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    return [{ file, size: kept, crc32c: hash.toString() }, hash];
  }

  read({ file }: StoredObject, start: number, end: number): Readable {
    return createReadStream(file, { start, end });
  }

  async drop({ file }: Content): Promise<void> {
    await rm(file, { force: true });
  }
}

/** The resource that describes an object. */
export function describe(bucket: string, object: StoredObject): Record<string, unknown> {
  const { name, generation, contentType, metadata, created, size, crc32c } = object;
  return {
    ...{ kind: 'storage#object', id: `${bucket}/${name}/${generation}`, name, bucket, generation, metageneration: '1' },
    ...{ contentType, metadata, size: String(size), crc32c, timeCreated: created, updated: created },
    ...{ storageClass: 'STANDARD', etag: createHash('md5').update(generation).digest('base64') },
  };
}

export function assertObjectName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes < 1 || bytes > 1024) throw invalid(`The name is ${bytes} bytes long; 1 to 1024 are allowed.`);
  if (/[\r\n]/.test(name) || name === '.' || name === '..' || name.startsWith('.well-known/acme-challenge/'))
    throw invalid(`Invalid object name: ${JSON.stringify(name)}`);
}

function assertBucketName(name: string): void {
  const parts = name.split('.');
  const right =
    /^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(name) &&
    name.length >= 3 &&
    name.length <= (parts.length > 1 ? 222 : 63) &&
    parts.every((part) => part.length > 0 && part.length <= 63) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !name.startsWith('goog');
  if (!right) throw invalid(`Invalid bucket name: '${name}'`);
}
