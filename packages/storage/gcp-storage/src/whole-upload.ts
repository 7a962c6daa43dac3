import { randomUUID } from 'node:crypto';
import { Crc32c } from './crc32c.ts';
import type { GcpClient } from './gcp-client.ts';
import { answerError } from './gcp-errors.ts';
import { persistently } from './persistently.ts';
import type { Upload } from './resumable-upload.ts';

/** Uploads an object in one request: what is known of it, then its bytes. The service checks their checksum. */
export async function uploadWhole(
  client: GcpClient,
  { bucket, name, ifAbsent, metadata, understood }: Upload,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hash = new Crc32c();
  hash.update(content);
  const boundary = `lithops-${randomUUID()}`;
  const resource = JSON.stringify({ name, metadata, crc32c: hash.toString() });
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-type: application/json\r\n\r\n${resource}\r\n`),
    Buffer.from(`--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`),
    content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  await persistently(understood, signal, async () => {
    const answer = await client.request({
      method: 'POST',
      url: `/upload/storage/v1/b/${bucket}/o`,
      query: { uploadType: 'multipart', ...(ifAbsent && { ifGenerationMatch: '0' }) },
      headers: { 'content-type': `multipart/related; boundary=${boundary}` },
      body,
      signal,
    });
    if (answer.status !== 200) throw await answerError(answer);
    for await (const _ of answer.body); // so that the connection is free again
  });
}
