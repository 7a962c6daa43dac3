/** Who may import whom; see docs/architecture.md. */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-knows-no-plugin',
      severity: 'error',
      from: { path: 'packages/kernel/core/' },
      to: {
        path: 'packages/(localhost|serverless|standalone|storage|monitoring|observation)/|packages/kernel/(lithops|testing|dashboard)/',
      },
    },
    {
      name: 'dashboard-reads-journals',
      severity: 'error',
      from: { path: 'packages/kernel/dashboard/(src|page)/' },
      to: { path: 'packages/', pathNot: 'packages/kernel/(dashboard/|core/src/journal/index\\.ts$)' },
    },
    {
      name: 'worker-stands-alone',
      severity: 'error',
      from: { path: 'packages/kernel/worker/src/' },
      to: { path: 'packages/(?!kernel/worker/)' },
    },
    {
      name: 'closure-knows-only-values',
      severity: 'error',
      from: { path: 'packages/kernel/closure/src/' },
      to: {
        path: 'packages/(?!kernel/closure/)',
        pathNot: 'packages/kernel/worker/src/(values/index|index|invocation|call-event)\\.ts$',
      },
    },
    {
      name: 'plugins-use-the-plugin-entry',
      severity: 'error',
      from: { path: 'packages/(localhost|serverless|standalone|storage|monitoring)/[^/]+/src/' },
      to: {
        path: 'packages/kernel/core/',
        pathNot: 'packages/kernel/core/src/(plugin|worker)/index\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-plugin-imports-another',
      severity: 'error',
      // Tests may start from another: a runtime's name in the section of one selects the other.
      from: { path: 'packages/(localhost|serverless|standalone|storage|monitoring|observation)/([^/]+)/src/' },
      to: {
        path: 'packages/(localhost|serverless|standalone|storage|monitoring|observation)/',
        pathNot: ['packages/$1/$2/', 'packages/[^/]+/kit-[^/]+/', 'packages/standalone/standalone/'],
      },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: 'packages/[^/]+/[^/]+/src/', pathNot: ['\\.test\\.ts$', 'packages/kernel/testing/'] },
      to: { path: 'packages/kernel/testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist' },
    exclude: { path: 'dist/|node_modules/|test/fixtures/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
