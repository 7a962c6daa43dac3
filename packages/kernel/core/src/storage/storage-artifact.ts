import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { ResolvedConfig } from '../config/load-config.ts';
import { locateStoragePlugin } from '../registry/resolve-plugin.ts';

/** Made once a process: it depends on files that are installed, and takes a bundler. */
const artifacts = new Map<string, Promise<string>>();

/**
 * Storages with all that their plugins import, as the body of one CommonJS module with the exports of
 * `@lithops/core/task-storage`: for workers that have nothing of the client's files (`TaskSetup.storageCode`).
 * @param names Of the storages.
 * @throws PluginNotFoundError when a plugin is no package that is installed here; SerializationError when it cannot be bundled.
 */
export async function storageArtifact(
  { from, plugins: listed }: ResolvedConfig,
  names: readonly string[],
): Promise<string> {
  const plugins = await Promise.all(names.map((name) => locateStoragePlugin({ name, from, plugins: listed })));
  const key = plugins.join(' ');
  let artifact = artifacts.get(key);
  if (artifact === undefined) {
    artifact = bundle(plugins);
    artifacts.set(key, artifact);
    artifact.catch(() => artifacts.delete(key));
  }
  return artifact;
}

async function bundle(plugins: readonly string[]): Promise<string> {
  const { bundleCode } = await import('@lithops/closure/bundle');
  // By name, so that it is found from the sources and from the built package alike.
  const entry = JSON.stringify(createRequire(import.meta.url).resolve('@lithops/core/task-storage'));
  const contents = [
    `import { registry } from ${entry};`,
    ...plugins.flatMap((url, i) => [
      `import * as plugin${i} from ${JSON.stringify(url)};`,
      `registry.register([plugin${i}.default, plugin${i}.storage].find((each) => each?.kind === 'storage'));`,
    ]),
    `export { openJobStore, openStorage } from ${entry};`,
  ];
  const { code } = await bundleCode({
    contents: contents.join('\n'),
    resolveDir: dirname(JSON.parse(entry)),
    format: 'cjs',
  });
  return code;
}
