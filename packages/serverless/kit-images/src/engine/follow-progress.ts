import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ProgressLine } from './pull-progress.ts';

/** Reads what an engine tells while it works, to the end. @throws Error with what the engine failed with, or the reason of the signal */
export async function followProgress(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
  onLine: (line: ProgressLine) => void,
): Promise<void> {
  const stop = () => (stream as Readable).destroy(new Error('stopped', { cause: signal?.reason })); // an HTTP response
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const text of createInterface({ input: stream })) {
      if (text.trim() === '') continue;
      const line: ProgressLine = JSON.parse(text);
      if (line.error !== undefined) throw new Error(line.error);
      onLine(line);
    }
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
