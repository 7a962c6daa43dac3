import { StorageError } from '@lithops/core/plugin';
import { Crc32c } from './crc32c.ts';
import type { GcpClient, RawAnswer } from './gcp-client.ts';
import { answerError } from './gcp-errors.ts';
import { persistently } from './persistently.ts';

/** What is uploaded, where to. */
export interface Upload {
  readonly bucket: string;
  readonly name: string;
  readonly ifAbsent: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly understood: (error: unknown) => unknown;
}

/**
 * Uploads parts of an object, each of them a multiple of 256 KiB but for the last. A part whose answer was lost is asked
 * for and sent on from where the service has it. An upload that fails is cancelled.
 * Here instead of in the client, whose own upload cannot be aborted and fails when the last answer is lost.
 */
export async function uploadParts(
  client: GcpClient,
  upload: Upload,
  parts: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const session = await begin(client, upload, signal);
  try {
    const hash = new Crc32c();
    let position = 0;
    let held: Uint8Array | undefined;
    for await (const part of parts) {
      if (held !== undefined) {
        await sendPart(client, upload, { session, position, part: held }, signal);
        position += held.length;
      }
      hash.update(part);
      held = part;
    }
    signal.throwIfAborted();
    const last = held ?? new Uint8Array();
    const final = { total: position + last.length, hash: hash.toString() };
    await sendPart(client, upload, { session, position, part: last, final }, signal);
  } catch (error) {
    await cancel(client, session);
    throw error;
  }
}

interface Part {
  readonly session: string;
  /** Of its first byte in the object. */
  readonly position: number;
  readonly part: Uint8Array;
  /** Of the last part: what is known of the whole object. */
  readonly final?: { readonly total: number; readonly hash: string };
}

async function begin(client: GcpClient, upload: Upload, signal: AbortSignal): Promise<string> {
  const answer = await persistently(upload.understood, signal, async () =>
    expectStatus(
      [200],
      await client.request({
        method: 'POST',
        url: `/upload/storage/v1/b/${upload.bucket}/o`,
        query: { uploadType: 'resumable', name: upload.name, ...(upload.ifAbsent && { ifGenerationMatch: '0' }) },
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ metadata: upload.metadata }),
        signal,
      }),
    ),
  );
  await drain(answer);
  const session = answer.headers.get('location');
  if (session === null) throw new StorageError('Google Cloud Storage began an upload without saying where');
  return session;
}

async function sendPart(client: GcpClient, upload: Upload, part: Part, signal: AbortSignal): Promise<void> {
  const end = part.position + part.part.length;
  let from = part.position;
  let asked = false;
  for (;;) {
    const answer = await persistently(upload.understood, signal, async () => {
      // After a failure nobody knows how much has arrived.
      if (asked) {
        const known = await ask(client, part, signal);
        if (known === undefined) return undefined;
        from = known;
      }
      asked = true;
      return expectStatus([200, 201, 308], await send(client, part, from, signal));
    });
    asked = false;
    if (answer === undefined) return;
    await drain(answer);
    if (answer.status !== 308) return;
    from = arrivedOf(answer);
    if (from < part.position || from > end)
      throw new StorageError(`Google Cloud Storage has lost a part of an upload: it has ${from} bytes`);
    if (from === end && part.final === undefined) return;
  }
}

function send(
  client: GcpClient,
  { session, position, part, final }: Part,
  from: number,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const rest = part.subarray(from - position);
  const range = rest.length === 0 ? '*' : `${from}-${from + rest.length - 1}`;
  return client.request({
    method: 'PUT',
    url: session,
    headers: {
      'content-range': `bytes ${range}/${final?.total ?? '*'}`,
      ...(final && { 'x-goog-hash': `crc32c=${final.hash}` }),
    },
    body: Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength),
    signal,
  });
}

/** How many bytes have arrived; undefined when the object is complete. */
async function ask(client: GcpClient, { session, final }: Part, signal: AbortSignal): Promise<number | undefined> {
  const headers = { 'content-range': `bytes */${final?.total ?? '*'}` };
  const request = { method: 'PUT' as const, url: session, headers, body: Buffer.of(), signal };
  const answer = await expectStatus([200, 201, 308], await client.request(request));
  await drain(answer);
  return answer.status === 308 ? arrivedOf(answer) : undefined;
}

function arrivedOf({ headers }: RawAnswer): number {
  const range = headers.get('range');
  return range === null ? 0 : Number(range.split('-')[1]) + 1;
}

async function cancel(client: GcpClient, session: string): Promise<void> {
  try {
    await drain(await client.request({ method: 'DELETE', url: session, signal: AbortSignal.timeout(5000) }));
  } catch {
    // The service forgets it after a week.
  }
}

async function expectStatus(statuses: readonly number[], answer: RawAnswer): Promise<RawAnswer> {
  if (statuses.includes(answer.status)) return answer;
  throw await answerError(answer);
}

/** Reads what is of no interest, so that the connection is free again. */
async function drain({ body }: RawAnswer): Promise<void> {
  for await (const _ of body);
}
