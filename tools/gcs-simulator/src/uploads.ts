import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ApiError, invalid } from './api-error.ts';
import { Crc32c } from './crc32c.ts';
import { assertObjectName, type Content, type ObjectStore, type StoredObject } from './object-store.ts';

const PART_MULTIPLE = 256 * 1024;
const LARGEST = 5 * 1024 ** 4;

interface Session {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string;
  readonly metadata: Record<string, string>;
  readonly ifGenerationMatch: string | undefined;
  hash: Crc32c;
  content: Content | undefined;
  done: StoredObject | undefined;
}

interface ObjectFacts {
  readonly name: string;
  readonly metadata: Record<string, string>;
  readonly contentType: string;
  /** As the client has it. */
  readonly crc32c?: string | undefined;
}

/** Uploads in one request (multipart or of bytes alone), and resumable ones. */
export class Uploads {
  readonly #store: ObjectStore;
  readonly #sessions = new Map<string, Session>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** An object's description and its bytes in one body. */
  async multipart(bucket: string, query: URLSearchParams, request: IncomingMessage): Promise<StoredObject> {
    const boundary = /^multipart\/related;.*boundary="?([^";]+)"?/.exec(request.headers['content-type'] ?? '')?.[1];
    if (boundary === undefined) throw invalid('Multipart content without a boundary.');
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const [first, second] = partsOf(body, boundary);
    if (first === undefined || second === undefined) throw invalid('Multipart content has two parts.');
    if (!/application\/json/.test(first.head)) throw invalid('The first part is not in JSON.');
    const facts = factsOf(first.body.toString(), query, /content-type: *(.+)/i.exec(second.head)?.[1]);
    return this.#whole(bucket, facts, query.get('ifGenerationMatch') ?? undefined, second.body);
  }

  /** Bytes alone, for a signed address. */
  async media(bucket: string, name: string, request: IncomingMessage): Promise<StoredObject> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const facts = { name, metadata: {}, contentType: request.headers['content-type'] ?? 'application/octet-stream' };
    return this.#whole(bucket, facts, undefined, Buffer.concat(chunks));
  }

  /** @returns the id of the session. */
  async begin(bucket: string, query: URLSearchParams, request: IncomingMessage): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const facts = factsOf(
      Buffer.concat(chunks).toString() || '{}',
      query,
      request.headers['x-upload-content-type']?.toString(),
    );
    const ifGenerationMatch = query.get('ifGenerationMatch') ?? undefined;
    assertObjectName(facts.name);
    this.#store.objects(bucket);
    this.#store.assertMatch(bucket, facts.name, ifGenerationMatch);
    const id = randomUUID();
    this.#sessions.set(id, {
      ...facts,
      bucket,
      ifGenerationMatch,
      hash: new Crc32c(),
      content: undefined,
      done: undefined,
    });
    return id;
  }

  /** Takes a part. @returns the object when it is complete, else how many bytes have arrived. */
  async resume(
    id: string,
    request: IncomingMessage,
  ): Promise<{ readonly bucket: string; readonly object?: StoredObject; readonly arrived: number }> {
    const session = this.#session(id);
    const { bucket } = session;
    const arrived = session.content?.size ?? 0;
    if (session.done !== undefined) return { bucket, object: session.done, arrived };
    const header = request.headers['content-range'] ?? '';
    const [, first, last, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(header) ?? [];
    if (total === undefined) throw invalid(`Failed to parse Content-Range header: '${header}'`);
    const known = total === '*' ? undefined : Number(total);
    if (first === undefined || last === undefined) {
      if (known === arrived) return { bucket, object: await this.#finish(session, request), arrived };
      return { bucket, arrived };
    }
    const length = Number(last) - Number(first) + 1;
    if (Number(first) !== arrived) throw new ApiError(503, 'backendError', `Expected byte ${arrived}, got ${first}.`);
    if (length <= 0 || Number(request.headers['content-length']) !== length)
      throw invalid('Content-Range and Content-Length differ.');
    if (known === undefined && length % PART_MULTIPLE !== 0)
      throw invalid(`Parts but the last are multiples of ${PART_MULTIPLE} bytes.`);
    if (known !== undefined && known !== Number(last) + 1 && length % PART_MULTIPLE !== 0)
      throw invalid('Content-Range and the total differ.');
    if (Number(last) >= LARGEST) throw new ApiError(413, 'uploadTooLarge', 'The object is too large.');
    session.content = await this.#store.append(session.content, request, length, session.hash);
    // Of a part that was cut, the service keeps what is a multiple.
    if (session.content.size < arrived + length)
      [session.content, session.hash] = await this.#store.cut(session.content, PART_MULTIPLE);
    const { size } = session.content;
    if (known === size) return { bucket, object: await this.#finish(session, request), arrived: size };
    return { bucket, arrived: size };
  }

  async cancel(id: string): Promise<void> {
    const session = this.#session(id);
    if (session.content !== undefined && session.done === undefined) await this.#store.drop(session.content);
    this.#sessions.delete(id);
  }

  async #finish(session: Session, request: IncomingMessage): Promise<StoredObject> {
    const { bucket, name } = session;
    session.content ??= await this.#store.append(undefined, request, 0, session.hash);
    const told = /crc32c=([\w+/=]+)/.exec(request.headers['x-goog-hash']?.toString() ?? '')?.[1];
    if (told !== undefined && told !== session.content.crc32c)
      throw invalid(`Provided CRC32C "${told}" doesn't match calculated CRC32C "${session.content.crc32c}".`);
    session.done = await this.#store.finish(bucket, name, session.content, session);
    return session.done;
  }

  async #whole(
    bucket: string,
    facts: ObjectFacts,
    ifGenerationMatch: string | undefined,
    bytes: Buffer,
  ): Promise<StoredObject> {
    assertObjectName(facts.name);
    this.#store.objects(bucket);
    this.#store.assertMatch(bucket, facts.name, ifGenerationMatch);
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    const content = await this.#store.append(undefined, body(), bytes.length, new Crc32c());
    if (facts.crc32c !== undefined && facts.crc32c !== content.crc32c) {
      await this.#store.drop(content);
      throw invalid(`Provided CRC32C "${facts.crc32c}" doesn't match calculated CRC32C "${content.crc32c}".`);
    }
    return this.#store.finish(bucket, facts.name, content, { ...facts, ifGenerationMatch });
  }

  #session(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new ApiError(404, 'notFound', 'There is no such upload.');
    return session;
  }
}

function factsOf(json: string, query: URLSearchParams, contentType: string | undefined): ObjectFacts {
  let resource: {
    readonly name?: string;
    readonly contentType?: string;
    readonly metadata?: Record<string, string>;
    readonly crc32c?: string;
  };
  try {
    resource = JSON.parse(json);
  } catch {
    throw new ApiError(400, 'parseError', 'Parse Error');
  }
  const unknown = Object.keys(resource).find(
    (key) => !['name', 'contentType', 'metadata', 'cacheControl', 'crc32c'].includes(key),
  );
  if (unknown !== undefined) throw invalid(`Unknown name "${unknown}"`);
  const name = query.get('name') ?? resource.name;
  if (name === undefined) throw new ApiError(400, 'required', 'Required parameter: name');
  const type = resource.contentType ?? contentType ?? 'application/octet-stream';
  return { name, metadata: resource.metadata ?? {}, contentType: type.trim(), crc32c: resource.crc32c };
}

function partsOf(body: Buffer, boundary: string): { readonly head: string; readonly body: Buffer }[] {
  const parts: { readonly head: string; readonly body: Buffer }[] = [];
  const mark = `--${boundary}`;
  for (let at = body.indexOf(mark); at >= 0; ) {
    const headStart = at + mark.length + 2;
    const next = body.indexOf(`\r\n${mark}`, headStart);
    if (next < 0) break;
    const headEnd = body.indexOf('\r\n\r\n', headStart);
    parts.push({
      head: body.subarray(headStart, headEnd).toString().toLowerCase(),
      body: body.subarray(headEnd + 4, next),
    });
    at = next + 2;
  }
  return parts;
}
