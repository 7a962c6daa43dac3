import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Participant, Row } from './row.ts';

/** What one participant measured, by metric. */
export type Sample = Readonly<Record<string, number>>;

/** Longer than any row takes. */
const TIMEOUT_MS = 120_000;

/** Samples of a row: the participants in turn, round by round, so that a change of the machine's speed meets all alike. */
export function takeSamples(
  row: Row,
  participants: readonly Participant[],
  rounds: number,
  env: NodeJS.ProcessEnv,
): Map<Participant, Sample[]> {
  const samples = new Map<Participant, Sample[]>(participants.map((participant) => [participant, []]));
  for (let round = 0; round < (row.rounds ?? rounds); round++) {
    for (const [participant, taken] of samples) {
      const sample = takeSample(row, participant, env);
      if (sample !== undefined) taken.push(sample);
      else samples.delete(participant);
    }
  }
  return samples;
}

/** Undefined where it failed: another's failure must not end the run, ours ends it with a bad exit code. */
function takeSample(row: Row, participant: Participant, env: NodeJS.ProcessEnv): Sample | undefined {
  const args =
    row.script === undefined
      ? [join(import.meta.dirname, 'measure.ts'), row.name, participant]
      : [fileURLToPath(row.script), participant, ...(row.arguments ?? [])];
  const startedAt = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env,
    timeout: TIMEOUT_MS,
  });
  const time = (performance.now() - startedAt) / 1000;
  const told = stdout.trim().split('\n').at(-1) ?? '';
  if (status === 0) return told === '' ? { time } : JSON.parse(told);
  console.error(`${row.name}: ${participant} FAILED (${signal ?? `exit code ${status}`}):\n${stderr}`);
  if (participant === 'lithops') process.exitCode = 1;
  return undefined;
}
