import { join } from 'node:path';
import { type Check, command, startCheck } from '../check.ts';

/** Of the compute suite: what the generated part could do wrong. The rest is looked at with the example, which is built alike. */
const COMPUTE_CASES = '/^(results|faults)\\//';

/** What `npm create lithops-plugin` makes, installed as workspaces of an application that has the packed packages. */
export function generatedPlugins(application: string): readonly (() => Promise<Check>)[] {
  const create = (kind: string, name: string) =>
    [
      join(application, 'node_modules', '.bin', 'create-lithops-plugin'),
      [`@acme/${name}`, '--kind', kind, '--folder', join('generated', kind)],
    ] as const;
  for (const [program, args] of [create('compute', 'lithops-quick-grid'), create('storage', 'lithops-shelf')]) {
    const { ok, output } = command(program, args, { cwd: application });
    if (!ok) throw new Error(`no plugin was made:\n${output}`);
  }
  const installed = command('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: application });
  if (!installed.ok) throw new Error(`what was made cannot be installed:\n${installed.output}`);
  const within = (kind: string) => join(application, 'generated', kind);
  const npm = (name: string, kind: string, args: readonly string[]) => () =>
    startCheck(name, 'npm', args, { cwd: within(kind), timeoutMs: 240_000 });
  const [again, arguments_] = create('storage', 'lithops-shelf');
  return [
    npm('a generated backend passes the suite', 'compute', ['test', '--', `--test-name-pattern=${COMPUTE_CASES}`]),
    npm('a generated storage passes the suite', 'storage', ['test']),
    npm('a generated backend is built', 'compute', ['run', 'build']),
    npm('a generated storage is built', 'storage', ['run', 'build']),
    npm('the tests of a generated backend type-check', 'compute', ['run', 'typecheck']),
    npm('the tests of a generated storage type-check', 'storage', ['run', 'typecheck']),
    async () => {
      const name = 'what is there is not overwritten';
      const { ok, output } = command(again, arguments_, { cwd: application });
      return !ok && output.includes('there is something in')
        ? { name, outcome: 'passed' }
        : { name, outcome: 'failed', detail: output };
    },
  ];
}
