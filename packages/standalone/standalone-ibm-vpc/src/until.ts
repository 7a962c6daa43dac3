import { setTimeout as delay } from 'node:timers/promises';

const FIRST_LOOK_MS = 200;
const LONGEST_LOOK_MS = 3000;

/** Asks again and again, ever more seldom, until there is an answer. @throws the reason of the signal, and what is thrown by asking */
export async function until<Answer>(ask: () => Promise<Answer | undefined>, signal: AbortSignal): Promise<Answer> {
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 1.3, LONGEST_LOOK_MS)) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(wait, undefined, { signal });
  }
}
