import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionCode as GivenCode } from '@aws-sdk/client-lambda';
import { invalidParameter, ServiceError } from '../api/service-error.ts';
import { LIMITS } from '../limits.ts';
import { unpack } from './code-archive.ts';
import type { FunctionCode } from './function-record.ts';
import type { ImageStore } from './image-store.ts';

/** Reads an object of S3. @throws ServiceError saying why it cannot be had. */
export type ReadObject = (bucket: string, key: string, version: string | undefined) => Promise<Buffer>;

/** Code of functions, each once however many functions have it. */
export class CodeStore {
  readonly #folder: string;
  readonly #read: ReadObject;
  readonly #images: ImageStore;
  readonly #unpacking = new Map<string, Promise<unknown>>();

  constructor(folder: string, read: ReadObject, images: ImageStore) {
    this.#folder = folder;
    this.#read = read;
    this.#images = images;
  }

  /** @throws ServiceError when there is not exactly one source, or when it cannot be used. */
  async take(packageType: string, given: GivenCode, architecture = 'x86_64'): Promise<FunctionCode> {
    const { ImageUri, ZipFile, S3Bucket, S3Key } = given;
    if (packageType === 'Image') {
      if (ImageUri === undefined || ZipFile !== undefined || S3Bucket !== undefined)
        throw invalidParameter('Please provide ImageUri when updating a function with packageType Image.');
      const image = await this.#images.take(ImageUri, architecture);
      if (image !== undefined) return { kind: 'image', uri: ImageUri, sha256: image.sha256, image };
      if (!/^\d{12}\.dkr\.ecr(-fips)?\.[^/]+\/.+[:@].+$/.test(ImageUri))
        throw invalidParameter(`Source image ${ImageUri} is not valid. Provide a valid source image.`);
      return { kind: 'image', uri: ImageUri, sha256: createHash('sha256').update(ImageUri).digest('hex') };
    }
    if (ImageUri !== undefined)
      throw invalidParameter('Please do not provide ImageUri when updating a function with packageType Zip.');
    if (ZipFile !== undefined && S3Bucket !== undefined)
      throw invalidParameter('Please do not provide other FunctionCode parameters when providing a ZipFile.');
    if (ZipFile !== undefined && ZipFile.length > LIMITS.zipBytes)
      throw new ServiceError(
        'RequestEntityTooLargeException',
        `Zipped size must be smaller than ${LIMITS.zipBytes} bytes`,
        { Type: 'User' },
        413,
      );
    const zip =
      ZipFile !== undefined
        ? Buffer.from(ZipFile)
        : S3Bucket !== undefined && S3Key !== undefined
          ? await this.#read(S3Bucket, S3Key, given.S3ObjectVersion)
          : undefined;
    if (zip === undefined) throw invalidParameter('Please provide a source for function code.');
    return this.#zip(zip);
  }

  async #zip(zip: Buffer): Promise<FunctionCode> {
    const digest = createHash('sha256').update(zip).digest();
    const name = digest.toString('hex');
    const folder = join(this.#folder, name);
    let unpacking = this.#unpacking.get(name);
    if (unpacking === undefined) {
      unpacking = stat(folder).catch(() => unpack(zip, folder));
      this.#unpacking.set(name, unpacking);
      unpacking.catch(() => this.#unpacking.delete(name));
    }
    await unpacking;
    return { kind: 'zip', sha256: digest.toString('base64'), bytes: zip.length, folder };
  }
}
