import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, command, type Stage } from '../check.ts';

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** With the stages before it, within the 40 minutes that all of them may take. */
const TIMEOUT_MS = 34 * 60_000;

/** Every test of every package, from source; each counts as one check. */
export const tests: Stage = {
  name: 'tests',
  run() {
    const folder = mkdtempSync(join(tmpdir(), 'lithops-report-'));
    const file = join(folder, 'report.json');
    try {
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${file}`];
      const { ok, output } = command('vitest', ['run', '--no-color', ...reporters], { timeoutMs: TIMEOUT_MS });
      if (!existsSync(file))
        throw new Error(`the tests did not end in time; the last of them:\n${output.slice(-6000)}`);
      const report: VitestReport = JSON.parse(readFileSync(file, 'utf8'));
      const checks = report.testResults.flatMap(({ name, status, message, assertionResults }): Check[] => {
        if (assertionResults.length === 0)
          return [{ name, outcome: status === 'passed' ? 'passed' : 'failed', detail: message }];
        return assertionResults.map((test) => ({
          name: test.fullName,
          outcome: outcomeOf(test.status),
          detail: test.failureMessages.join('\n'),
        }));
      });
      // Errors outside of tests, an unhandled rejection say, show only in the exit code.
      if (!ok && checks.every(({ outcome }) => outcome !== 'failed'))
        checks.push({ name: 'vitest', outcome: 'failed', detail: output.slice(-6000) });
      return checks;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function outcomeOf(status: string): Check['outcome'] {
  return status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'skipped';
}
