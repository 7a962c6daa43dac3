import type { JobStore } from '../run/job-store.ts';

/** Calls are mostly done before anybody looks; what takes longer is looked after ever less often. */
const FIRST_LOOK_MS = 3_000;
const LONGEST_PAUSE_MS = 10_000;
const SLOWER = 1.3;

/**
 * Looks whether an invocation is to be ended: Lambda does not tell a function that its client has gone.
 * @param open opens the storage when it is first looked at
 * @param stop told once
 * @returns ends the watch
 */
export function watchStops(open: () => JobStore, key: string, id: string, stop: () => void): () => void {
  let pause = FIRST_LOOK_MS;
  let timer = setTimeout(() => void look(), pause);
  let ended = false;
  async function look(): Promise<void> {
    // What cannot be read now may be the next time.
    const stopped = await isStopped(open, key, id).catch(() => false);
    if (ended) return;
    if (stopped) return stop();
    pause = Math.min(LONGEST_PAUSE_MS, pause * SLOWER);
    timer = setTimeout(() => void look(), pause);
  }
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

async function isStopped(open: () => JobStore, key: string, id: string): Promise<boolean> {
  const list = await open().find(key);
  // Its executor has been closed.
  if (list === undefined) return true;
  const ids: unknown = JSON.parse(Buffer.from(list).toString());
  return Array.isArray(ids) && ids.includes(id);
}
