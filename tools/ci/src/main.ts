import type { Check, Stage } from './check.ts';
import { boundaries } from './stages/boundaries.ts';
import { build } from './stages/build.ts';
import { consumer } from './stages/consumer.ts';
import { documents } from './stages/documents.ts';
import { examples } from './stages/examples.ts';
import { lint } from './stages/lint.ts';
import { packages } from './stages/packages.ts';
import { tests } from './stages/tests.ts';
import { types } from './stages/types.ts';

// Fast ones first.
const STAGES: readonly Stage[] = [lint, boundaries, types, build, packages, consumer, examples, documents, tests];

const only = process.argv.slice(2);
const unknown = only.find((name) => !STAGES.some((stage) => stage.name === name));
if (unknown !== undefined) {
  console.error(
    `there is no stage '${unknown}'; without any, all are run: ${STAGES.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

const stages = STAGES.filter(({ name }) => only.length === 0 || only.includes(name));
const prepared = new Map(stages.map((stage) => [stage, stage.prepare?.()]));
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const stage of stages) {
  const startedAt = performance.now();
  await prepared.get(stage);
  const checks = await run(stage);
  for (const { outcome } of checks) totals[outcome]++;
  console.log(`${stage.name}: ${checks.length} checks in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  for (const { name, outcome, detail } of checks)
    if (outcome !== 'passed') console.log(`  ${outcome}: ${name}\n${(detail ?? '').replaceAll(/^/gm, '    ')}`);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);

/** A stage that saw nothing proves nothing. */
async function run(stage: Stage): Promise<readonly Check[]> {
  try {
    const checks = await stage.run();
    return checks.length > 0 ? checks : [{ name: stage.name, outcome: 'failed', detail: 'nothing was checked' }];
  } catch (error) {
    return [
      {
        name: stage.name,
        outcome: 'failed',
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      },
    ];
  }
}
