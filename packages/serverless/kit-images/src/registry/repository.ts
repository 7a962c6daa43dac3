import { PassThrough, type Readable } from 'node:stream';
import { digestOf } from '../image/digest.ts';
import {
  type Descriptor,
  DOCKER_INDEX,
  DOCKER_MANIFEST,
  mediaTypeOf,
  OCI_INDEX,
  OCI_MANIFEST,
} from '../image/image-documents.ts';
import { cachedDocument } from './document-cache.ts';
import type { RegistryConnection } from './registry-connection.ts';

const ACCEPT = { accept: [OCI_INDEX, OCI_MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST].join(', ') };
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A manifest or an index, byte for byte. */
export interface StoredManifest {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

/** How content got where it was wanted. */
export type BlobArrival = 'there' | 'mounted' | 'sent';

export interface BlobSource {
  readonly digest: string;
  readonly size: number;
  /** Made anew for each attempt. */
  readonly open: () => Uint8Array | Promise<Readable>;
  /** A repository of the same registry that has it already. */
  readonly mountFrom?: string;
}

/** One repository of a registry, by the OCI distribution specification. All methods throw what {@link RegistryConnection.send} does. */
export class Repository {
  readonly name: string;
  readonly registry: string;
  readonly #connection: RegistryConnection;

  constructor(connection: RegistryConnection, name: string) {
    this.#connection = connection;
    this.registry = connection.registry;
    this.name = name;
  }

  /** @param reference Tag or digest. */
  async manifest(reference: string): Promise<StoredManifest> {
    const digest = reference.includes(':') ? reference : await this.#named(reference);
    const bytes =
      digest === undefined
        ? await this.#fetchManifest(reference)
        : await cachedDocument(digest, () => this.#fetchManifest(digest));
    const mediaType = mediaTypeOf(bytes);
    if (mediaType === undefined) throw this.#damaged('it is no registry, or a broken one: what it gave is no manifest');
    return { bytes, digest: digest ?? digestOf(bytes), mediaType };
  }

  async #fetchManifest(reference: string): Promise<Buffer> {
    const bytes = await this.#small(`manifests/${reference}`, ACCEPT);
    if (reference.includes(':') && digestOf(bytes) !== reference)
      throw this.#damaged(`manifest ${reference} came damaged`);
    return bytes;
  }

  /** What a tag names; undefined where the registry does not tell, or says no: why is told by asking for all of it. */
  async #named(tag: string): Promise<string | undefined> {
    const answer = await this.#connection.send({
      method: 'HEAD',
      path: `/v2/${this.name}/manifests/${tag}`,
      headers: ACCEPT,
      scopes: [this.#pull],
      expected: [200, 400, 403, 404, 405],
    });
    await answer.body.dump();
    const digest = answer.headers['docker-content-digest'];
    return answer.statusCode === 200 && typeof digest === 'string' && DIGEST.test(digest) ? digest : undefined;
  }

  /** The digest of what a tag names; undefined when it names nothing. */
  async digestOfTag(tag: string): Promise<string | undefined> {
    const answer = await this.#connection.send({
      method: 'HEAD',
      path: `/v2/${this.name}/manifests/${tag}`,
      headers: ACCEPT,
      // Whoever asks is going to push: one token for both.
      scopes: [this.#push],
      expected: [200, 404],
    });
    await answer.body.dump();
    if (answer.statusCode === 404) return undefined;
    const digest = answer.headers['docker-content-digest'];
    return typeof digest === 'string' ? digest : (await this.manifest(tag)).digest;
  }

  async putManifest(reference: string, mediaType: string, bytes: Uint8Array): Promise<void> {
    const answer = await this.#connection.send({
      method: 'PUT',
      path: `/v2/${this.name}/manifests/${reference}`,
      headers: { 'content-type': mediaType },
      body: () => bytes,
      scopes: [this.#push],
    });
    await answer.body.dump();
  }

  /** The content of a blob, which fails with a RegistryFailure, too. */
  async blob(digest: string): Promise<Readable> {
    const { body } = await this.#connection.send({
      method: 'GET',
      path: `/v2/${this.name}/blobs/${digest}`,
      scopes: [this.#pull],
    });
    const content = new PassThrough();
    body.once('error', (error: Error) => content.destroy(this.#connection.failure(error) as Error)); // it gives errors for errors
    return body.pipe(content.once('close', () => body.destroy()));
  }

  /** A small blob whole: an image's configuration. @throws Error when it is not what its name says */
  document({ digest }: Descriptor): Promise<Buffer> {
    return cachedDocument(digest, async () => {
      const bytes = await this.#small(`blobs/${digest}`, {});
      if (digestOf(bytes) !== digest) throw this.#damaged(`blob ${digest} came damaged`);
      return bytes;
    });
  }

  /** Does something with this repository again when it failed by what may pass: for what breaks while it is read. */
  patiently<Value>(act: () => Promise<Value>): Promise<Value> {
    return this.#connection.patiently(act);
  }

  /** Has content in this repository: not at all when it is there, by name from another repository, or sent. */
  putBlob(source: BlobSource): Promise<BlobArrival> {
    // An upload that broke cannot be gone on with everywhere; all of it again can.
    return this.#connection.patiently(() => this.#putBlob(source));
  }

  async #putBlob(source: BlobSource): Promise<BlobArrival> {
    if (await this.#hasBlob(source.digest)) return 'there';
    const upload = await this.#startUpload(source);
    if (upload === undefined) return 'mounted';
    const { digest, size } = source;
    const sent = await this.#connection.send({
      method: 'PATCH',
      path: upload,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body: source.open,
      scopes: [this.#push],
      repeatable: false,
    });
    await sent.body.dump();
    const end = new URL(locationOf(sent), 'http://registry');
    end.searchParams.set('digest', digest);
    const whole = /^https?:/.test(locationOf(sent)) ? end.href : `${end.pathname}${end.search}`;
    const ended = await this.#connection.send({ method: 'PUT', path: whole, scopes: [this.#push], repeatable: false });
    await ended.body.dump();
    return 'sent';
  }

  async #hasBlob(digest: string): Promise<boolean> {
    const answer = await this.#connection.send({
      method: 'HEAD',
      path: `/v2/${this.name}/blobs/${digest}`,
      scopes: [this.#push],
      expected: [200, 404],
    });
    await answer.body.dump();
    return answer.statusCode === 200;
  }

  /** The address to send to; undefined when nothing needs to be sent. */
  async #startUpload({ digest, mountFrom }: BlobSource): Promise<string | undefined> {
    const uploads = `/v2/${this.name}/blobs/uploads/`;
    if (mountFrom !== undefined) {
      const query = new URLSearchParams({ mount: digest, from: mountFrom });
      const answer = await this.#connection.send({
        method: 'POST',
        path: `${uploads}?${query}`,
        scopes: [this.#push, `repository:${mountFrom}:pull`],
        // Where it may not be mounted some begin an upload, others refuse.
        expected: [201, 202, 400, 401, 403, 404, 405],
      });
      await answer.body.dump();
      if (answer.statusCode === 201) return undefined;
      if (answer.statusCode === 202) return locationOf(answer);
    }
    const answer = await this.#connection.send({ method: 'POST', path: uploads, scopes: [this.#push] });
    await answer.body.dump();
    return locationOf(answer);
  }

  /** Reads to the end, which may break, too. */
  #small(path: string, headers: Readonly<Record<string, string>>): Promise<Buffer> {
    return this.#connection.patiently(async () => {
      const request = { method: 'GET', path: `/v2/${this.name}/${path}`, headers, scopes: [this.#pull] } as const;
      const answer = await this.#connection.send(request);
      const bytes = await answer.body.arrayBuffer().catch((error: unknown) => {
        throw this.#connection.failure(error);
      });
      return Buffer.from(bytes);
    });
  }

  #damaged(what: string): unknown {
    return this.#connection.failure(new Error(what));
  }

  get #pull(): string {
    return `repository:${this.name}:pull`;
  }

  get #push(): string {
    return `repository:${this.name}:pull,push`;
  }
}

function locationOf({ headers }: { readonly headers: Record<string, string | string[] | undefined> }): string {
  const { location } = headers;
  if (typeof location !== 'string') throw new Error('the registry did not say where to send to');
  return location;
}
