import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { encodeReply } from '../protocol/index.ts';
import { FRAMES_CONTENT_TYPE, SILENCE_MS } from './http-messages.ts';
import type { RunJournal } from './run-journal.ts';

const ALIVE = encodeReply({ type: 'alive' });

/** Streams a journal; a cut connection ends the reading, not the run. */
export async function sendJournal(response: ServerResponse, journal: RunJournal): Promise<void> {
  response.writeHead(200, {
    'content-type': FRAMES_CONTENT_TYPE,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const cut = new AbortController();
  response.once('close', () => cut.abort());
  if (response.destroyed) cut.abort();
  const alive = setInterval(() => {
    if (response.writableLength === 0) writeFrame(response, ALIVE);
  }, SILENCE_MS / 3);
  try {
    for await (const frame of journal.read(cut.signal)) {
      if (writeFrame(response, frame)) continue;
      await once(response, 'drain', { signal: cut.signal }).catch(() => {}); // the reading ends by the signal
    }
    response.end();
  } finally {
    clearInterval(alive);
  }
}

/** In one go, so that no other frame gets into it. @returns whether more may be written now */
function writeFrame(response: ServerResponse, frame: readonly Uint8Array[]): boolean {
  let more = true;
  for (const piece of frame) more = response.write(piece);
  return more;
}
