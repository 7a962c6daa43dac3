import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { answerOf, type Done } from './answer-of.ts';
import { quote } from './quote.ts';
import type { SshConnection } from './ssh-connection.ts';
import { SshError } from './ssh-error.ts';

const PIECE_BYTES = 32 * 1024;
/** Pieces on their way at once: so that a distant machine is not waited for piece by piece. */
const PIECES_AT_ONCE = 64;

/** What is to be on the machine: a file of ours, or bytes. */
export type UploadSource = { readonly file: string } | { readonly bytes: Buffer };

/** A file of a machine that is named by its content. */
export interface UploadedFile {
  readonly path: string;
  /** Whether it had to be sent. */
  readonly sent: boolean;
}

/** SHA-256 in hexadecimal digits. */
export async function hashOf(source: UploadSource): Promise<string> {
  const hash = createHash('sha256');
  if ('bytes' in source) return hash.update(source.bytes).digest('hex');
  const handle = await open(source.file);
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

/**
 * Puts a file into a folder of the machine under the name of its content, unless it is there. A transfer that broke goes on
 * where it broke, whoever began it; what has arrived is compared before it gets its name.
 * @param folder exists; absolute
 * @param onProgress told the part that is there, from 0 to 1
 * @throws SshError
 */
export async function uploadFile(
  connection: SshConnection,
  folder: string,
  source: UploadSource,
  onProgress: (part: number) => void = () => {},
): Promise<UploadedFile> {
  const hash = await hashOf(source);
  const path = `${folder}/${hash}`;
  if ((await sizeOf(connection, path)) !== undefined) return { path, sent: false };
  const size = 'bytes' in source ? source.bytes.length : (await stat(source.file)).size;
  // What is there already may be of another's file, cut short in the middle of a piece: then it is sent anew.
  for (const resume of [true, false]) {
    try {
      await send(connection, `${path}.part`, source, { size, resume, onProgress });
    } catch (error) {
      // Another client may have sent the same, and given it its name meanwhile.
      if (connection.usable && (await sizeOf(connection, path)) !== undefined) return { path, sent: false };
      throw error;
    }
    const part = quote(`${path}.part`);
    const { code } = await connection.run(
      `[ "$(sha256sum < ${part} | cut -d ' ' -f 1)" = ${hash} ] && chmod 700 ${part} && mv -f ${part} ${quote(path)} || [ -f ${quote(path)} ]`,
    );
    if (code === 0) return { path, sent: true };
  }
  throw new SshError('transfer', `${connection.where}: what arrived in ${path}.part is not what was sent`, {
    hint: 'is the disk of the machine full or broken?',
  });
}

interface Sending {
  readonly size: number;
  /** Whether what is there is taken as a part of it. */
  readonly resume: boolean;
  readonly onProgress: (part: number) => void;
}

async function send(connection: SshConnection, path: string, source: UploadSource, sending: Sending): Promise<void> {
  const { size, resume, onProgress } = sending;
  const sftp = await connection.sftp();
  const asked = <Answer>(request: (done: Done<Answer>) => void) =>
    answerOf(request).catch((error: Error) => Promise.reject(cannotWrite(connection, path, error)));
  const there = resume ? ((await sizeOf(connection, path)) ?? 0) : 0;
  const start = there > size ? 0 : there;
  const opened = asked<Buffer>((done) => sftp.open(path, start > 0 ? 'r+' : 'w', 0o600, done));
  const handle = await connection.whileOpen(path, opened);
  const local = 'bytes' in source ? undefined : await open(source.file);
  try {
    let next = start;
    let arrived = start;
    const sendPieces = async () => {
      for (;;) {
        const at = next;
        if (at >= size) return;
        const length = Math.min(PIECE_BYTES, size - at);
        next += length;
        const piece = await pieceOf(source, local, at, length);
        await asked<undefined>((done) => sftp.write(handle, piece, 0, length, at, (error) => done(error, undefined)));
        arrived += length;
        onProgress(arrived / size);
      }
    };
    await connection.whileOpen(path, Promise.all(Array.from({ length: PIECES_AT_ONCE }, sendPieces)));
  } finally {
    await local?.close();
    const closed = asked<undefined>((done) => sftp.close(handle, (error) => done(error, undefined)));
    await connection.whileOpen(path, closed).catch(() => {}); // told by what failed before
  }
}

async function pieceOf(
  source: UploadSource,
  local: Awaited<ReturnType<typeof open>> | undefined,
  at: number,
  length: number,
): Promise<Buffer> {
  if ('bytes' in source) return source.bytes.subarray(at, at + length);
  const piece = Buffer.allocUnsafe(length);
  await local?.read(piece, 0, length, at);
  return piece;
}

/** Undefined where it is not. */
async function sizeOf(connection: SshConnection, path: string): Promise<number | undefined> {
  const sftp = await connection.sftp();
  const size = new Promise<number | undefined>((resolve) => {
    sftp.stat(path, (error, stats) => resolve(error ? undefined : stats.size));
  });
  return connection.whileOpen(path, size);
}

function cannotWrite({ where }: SshConnection, path: string, cause: Error): SshError {
  return new SshError('transfer', `${where}: ${path} cannot be written: ${cause.message}`, {
    hint: 'is its disk full, or not ours to write to?',
    cause,
  });
}
