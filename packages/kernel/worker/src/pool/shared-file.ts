import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtocolError, SPILL_OFFSET, type SpilledFrame } from '../protocol/index.ts';

/** The file that a worker process shares with its parent: a note of the call that runs, and frames too large for a socket. */
export class SharedFile {
  readonly fd: number = openUnlinkedFile();
  /** Whether there are frames in it. */
  #spilled = false;

  /** The call that the process noted last. */
  runningCall(): number | undefined {
    const bytes = Buffer.alloc(4);
    return readSync(this.fd, bytes, 0, 4, 0) < 4 ? undefined : bytes.readUInt32LE(0);
  }

  /** @throws ProtocolError when it is not there */
  read({ offset, length }: SpilledFrame): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let filled = 0; filled < length; ) {
      const count = readSync(this.fd, bytes, filled, length - filled, offset + filled);
      if (count === 0) throw new ProtocolError('the file shared with the worker ends before a frame in it does');
      filled += count;
    }
    this.#spilled = true;
    return bytes;
  }

  /** Frees the frames in it, which have been read. */
  trim(): void {
    if (this.#spilled) ftruncateSync(this.fd, SPILL_OFFSET);
    this.#spilled = false;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** A file without a name: it is gone when the last descriptor is closed, however the processes end. */
function openUnlinkedFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-worker-'));
  try {
    return openSync(join(folder, 'call'), 'w+');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
