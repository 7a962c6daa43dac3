import { commandCheck, type Stage, toolOfCi } from '../check.ts';

export const lint: Stage = {
  name: 'lint',
  run: () => [
    commandCheck('biome: format and lint', 'biome', ['ci', '--max-diagnostics=none', '.']),
    commandCheck('oxlint: promises and exhaustiveness, by types', 'oxlint', [
      '--type-aware',
      '--deny-warnings',
      'packages',
      'tools',
      'examples',
      'benchmarks',
    ]),
    commandCheck('knip: no unused files, exports or dependencies', toolOfCi('knip'), []),
    commandCheck('changesets: every changed package is announced', 'changeset', ['status'], {
      env: { ...process.env, CI: 'true' },
    }),
  ],
};
