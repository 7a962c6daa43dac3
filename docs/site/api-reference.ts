import { join } from 'node:path';
import { Application } from 'typedoc';

/** Writes the API reference, from the docstrings of what packages export, as pages. @throws Error when a docstring is wrong */
export async function writeApiReference(repository: string, folder: string): Promise<void> {
  const entry = (path: string) => join(repository, 'packages/kernel', path);
  const app = await Application.bootstrapWithPlugins({
    name: 'API',
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: [
      entry('core/src/index.ts'),
      entry('core/src/plugin/index.ts'),
      entry('core/src/journal/index.ts'),
      entry('testing/src/index.ts'),
    ],
    tsconfig: join(repository, 'docs/site/tsconfig.api.json'),
    // The compiler of this reference is not the one that checks the sources; that one does.
    skipErrorChecking: true,
    readme: 'none',
    excludePrivate: true,
    excludeInternal: true,
    disableSources: true,
    treatWarningsAsErrors: false,
    validation: { notExported: false, invalidLink: false },
    logLevel: 'Error',
  });
  app.options.setValue('outputs', [{ name: 'markdown', path: folder }]);
  for (const [name, value] of Object.entries(MARKDOWN)) app.options.setValue(name, value);
  const project = await app.convert();
  if (project === undefined || app.logger.hasErrors()) throw new Error('the API reference could not be made');
  for (const module of project.children ?? []) module.name = PACKAGES[module.name] ?? module.name;
  await app.generateOutputs(project);
}

/** By the folders of their entries. */
const PACKAGES: Readonly<Record<string, string>> = {
  'core/src': '@lithops/core',
  'core/src/plugin': '@lithops/core/plugin',
  'core/src/journal': '@lithops/core/journal',
  'testing/src': '@lithops/testing',
};

const MARKDOWN = {
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  sanitizeComments: true,
};
