import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3000;

/**
 * Looks again, ever less often, until there is an answer. @returns undefined when there was none within `withinMs`
 * @throws the reason of the signal
 */
export async function until<Answer>(
  look: () => Promise<Answer | undefined>,
  { signal, withinMs = Number.POSITIVE_INFINITY }: { readonly signal: AbortSignal; readonly withinMs?: number },
): Promise<Answer | undefined> {
  const last = Date.now() + withinMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(1.5 * pause, LONGEST_PAUSE_MS)) {
    const answer = await look();
    if (answer !== undefined || Date.now() >= last) return answer;
    await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
