import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, repository, type Stage } from '../check.ts';
import { EVENTS_FILE } from '../test-events/reporter.ts';
import { summaryOf } from '../test-events/summary.ts';
import type { TestEvent } from '../test-events/test-event.ts';

/** With the stages before it, within the 40 minutes that all of them may take. */
const TIMEOUT_MS = 34 * 60_000;

/** So many of the slowest files are named: they are where the minutes go. */
const SLOWEST_TOLD = 10;

/** Every test of every package, from source; each counts as one check. */
export const tests: Stage = {
  name: 'tests',
  async prepare() {
    const program = join(repository, 'tools', 'services', 'src', 'prepare.ts');
    // What it cannot do the tests try again, and tell.
    await once(spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
  },
  run() {
    const folder = mkdtempSync(join(tmpdir(), 'lithops-tests-'));
    const file = join(folder, 'events');
    try {
      const reporter = join(repository, 'tools', 'ci', 'src', 'test-events', 'reporter.ts');
      const { ok, output } = command('vitest', ['run', '--no-color', '--reporter=default', `--reporter=${reporter}`], {
        timeoutMs: TIMEOUT_MS,
        env: { ...process.env, [EVENTS_FILE]: file },
      });
      const { checks, slowest } = summaryOf(eventsIn(file));
      for (const { file, ms } of slowest.slice(0, SLOWEST_TOLD)) console.log(`${(ms / 1000).toFixed(0)} s  ${file}`);
      // Errors outside of tests, an unhandled rejection say, and a run that was cut show only in the exit code.
      if (ok || checks.some(({ outcome }) => outcome === 'failed')) return checks;
      return [...checks, { name: 'vitest', outcome: 'failed', detail: output.slice(-6000) }];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function eventsIn(file: string): TestEvent[] {
  if (!existsSync(file)) return [];
  // A run that is cut may leave half a line.
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line): TestEvent => JSON.parse(line));
}
