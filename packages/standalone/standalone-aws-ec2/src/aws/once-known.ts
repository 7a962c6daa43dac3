import { until } from '@lithops/standalone/plugin';
import { codeOf } from './ec2-error.ts';

/** What EC2 has made is known to all of its parts within so long. */
export const KNOWN_MS = 30_000;

/** A request about what was made a moment ago: asked again as long as EC2 says that there is no such thing. @throws what it fails with */
export async function onceKnown<Answer>(ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  let failure: unknown;
  const answered = await until(
    async () => {
      try {
        return { answer: await ask() };
      } catch (error) {
        if (!/\.NotFound$/.test(codeOf(error))) throw error;
        failure = error;
        return undefined;
      }
    },
    { signal, withinMs: KNOWN_MS },
  );
  if (answered === undefined) throw failure;
  return answered.answer;
}
