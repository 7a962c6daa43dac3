import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Check, command, repository, type Stage, toolOfCi } from '../check.ts';

/** Imports that the rules forbid, planted one at a time: a check that does not see them sees nothing. */
const FAULTS: readonly { readonly rule: string; readonly file: string; readonly source: string }[] = [
  {
    rule: 'core-knows-no-plugin',
    file: 'packages/kernel/core/src/planted-fault.ts',
    source: "export { storage } from '../../../localhost/localhost/src/index.ts';\n",
  },
  {
    rule: 'dashboard-reads-journals',
    file: 'packages/kernel/dashboard/src/planted-fault.ts',
    source: "export { FunctionExecutor } from '../../core/src/index.ts';\n",
  },
  {
    rule: 'worker-stands-alone',
    file: 'packages/kernel/worker/src/planted-fault.ts',
    source: "export { LithopsError } from '../../core/src/index.ts';\n",
  },
  {
    rule: 'closure-knows-only-values',
    file: 'packages/kernel/closure/src/planted-fault.ts',
    source: "export { ProcessPool } from '../../worker/src/pool/index.ts';\n",
  },
  {
    rule: 'plugins-use-the-plugin-entry',
    file: 'packages/localhost/localhost/src/planted-fault.ts',
    source: "export { FunctionExecutor } from '../../../kernel/core/src/index.ts';\n",
  },
  {
    rule: 'no-plugin-imports-another',
    file: 'packages/storage/minio/src/planted-fault.ts',
    source: "export { awsS3 } from '../../aws-s3/src/index.ts';\n",
  },
  {
    // A kit is there for all, and so for none in particular.
    rule: 'no-plugin-imports-another',
    file: 'packages/storage/kit-s3/src/planted-fault.ts',
    source: "export { minio } from '../../minio/src/index.ts';\n",
  },
  {
    rule: 'plugins-use-the-plugin-entry',
    file: 'packages/storage/kit-s3/src/planted-fault.ts',
    source: "export { FunctionExecutor } from '../../../kernel/core/src/index.ts';\n",
  },
  {
    rule: 'no-plugin-imports-another',
    file: 'packages/monitoring/rabbitmq/src/planted-fault.ts',
    source: "export { default } from '../../../storage/redis/src/index.ts';\n",
  },
  {
    rule: 'core-knows-no-plugin',
    file: 'packages/kernel/core/src/stats/planted-fault.ts',
    source: "export { drawPlots } from '../../../../observation/plots/src/index.ts';\n",
  },
  {
    rule: 'no-cycles',
    file: 'packages/kernel/core/src/errors/planted-fault.ts',
    source: "export { planted } from './planted-fault.ts';\nexport const planted = 1;\n",
  },
];

export const boundaries: Stage = {
  name: 'boundaries',
  run() {
    const clean = cruise();
    const modules = Number(/\((\d+) modules/.exec(clean.output)?.[1] ?? 0);
    const checks: Check[] = [
      clean.ok && modules > 60
        ? { name: `no forbidden import in ${modules} modules`, outcome: 'passed' }
        : { name: 'no forbidden import', outcome: 'failed', detail: clean.output },
    ];
    checks.push(...plantedFaults());
    return checks;
  },
};

/** All at once, for each look at the whole repository takes its time; each must be told by its own rule and file. */
function plantedFaults(): Check[] {
  const planted = FAULTS.map((fault, i) => {
    const file = fault.file.replace('planted-fault', `planted-fault-${i}`);
    return { ...fault, file, source: fault.source.replaceAll('planted-fault', `planted-fault-${i}`) };
  });
  for (const { file, source } of planted) {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), source);
  }
  try {
    const { output } = cruise();
    return planted.map(({ rule, file }, i) => {
      const name = `planted fault ${i + 1} is caught: ${rule}`;
      const told = output.split('\n').some((line) => line.includes(rule) && line.includes(file));
      return told ? { name, outcome: 'passed' } : { name, outcome: 'failed', detail: output };
    });
  } finally {
    for (const { file } of planted) rmSync(join(repository, file));
  }
}

function cruise(): ReturnType<typeof command> {
  return command(toolOfCi('depcruise'), ['--config', '.dependency-cruiser.mjs', 'packages']);
}
