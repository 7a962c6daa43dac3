import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3000;

/**
 * Asks a cloud again and again, ever less often, until there is an answer.
 * @param ask undefined where there is none yet
 * @throws the reason of the signal, and what is thrown by asking
 */
export async function until<Answer>(
  ask: () => Promise<Answer | undefined>,
  patience: { readonly signal: AbortSignal; readonly withinMs?: undefined },
): Promise<Answer>;
/** @returns undefined when there was none within `withinMs` */
export async function until<Answer>(
  ask: () => Promise<Answer | undefined>,
  patience: { readonly signal: AbortSignal; readonly withinMs?: number | undefined },
): Promise<Answer | undefined>;
export async function until<Answer>(
  ask: () => Promise<Answer | undefined>,
  {
    signal,
    withinMs = Number.POSITIVE_INFINITY,
  }: { readonly signal: AbortSignal; readonly withinMs?: number | undefined },
): Promise<Answer | undefined> {
  const last = Date.now() + withinMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(1.3 * pause, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined || Date.now() >= last) return answer;
    await delay(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
