import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ResolvedConfig } from '../config/load-config.ts';
import { PluginNotFoundError } from '../errors/plugin-not-found-error.ts';
import { locatePlugin } from '../registry/resolve-plugin.ts';

/** What tasks may ask for that have nothing of the client's files. */
export interface TaskNeeds {
  /** Names of storages. */
  readonly storages: readonly string[];
  /** Whether they may make executors of their own. */
  readonly executors: boolean;
  /** What `lithops.monitoring` names; for workers on platforms that only accept work. */
  readonly monitoring?: string;
}

/** Made once a process: it depends on files that are installed, and takes a bundler. */
const artifacts = new Map<string, Promise<string>>();

/**
 * Storages with all that their plugins import, as the body of one CommonJS module with the exports of
 * `@lithops/core/task-storage`: for workers that have nothing of the client's files (`TaskSetup.storageCode`). With
 * executors also the localhost backend, which runs processes beside the task, and what captures functions.
 * @throws PluginNotFoundError when a plugin is no package that is installed here; SerializationError when it cannot be bundled.
 */
export async function storageArtifact(
  { from, plugins: listed }: ResolvedConfig,
  { storages, executors, monitoring }: TaskNeeds,
): Promise<string> {
  const wanted = [
    ...storages.map((name) => ({ kind: 'storage', name }) as const),
    ...(monitoring === undefined ? [] : [{ kind: 'monitoring', name: monitoring } as const]),
  ];
  const plugins = await Promise.all(
    wanted.map(async ({ kind, name }) => ({ kind, url: await locatePlugin(kind, { name, from, plugins: listed }) })),
  );
  const backend = executors ? await localhostBackend(from) : undefined;
  const key = JSON.stringify([plugins, executors]);
  let artifact = artifacts.get(key);
  if (artifact === undefined) {
    artifact = bundle(plugins, executors ? executorLines(backend) : []);
    artifacts.set(key, artifact);
    artifact.catch(() => artifacts.delete(key));
  }
  return artifact;
}

/** Undefined where it is not installed: executors inside tasks then say so. */
async function localhostBackend(from: readonly string[]): Promise<string | undefined> {
  try {
    return await locatePlugin('compute', { name: 'localhost', mode: 'localhost', from });
  } catch (error) {
    if (error instanceof PluginNotFoundError) return undefined;
    throw error;
  }
}

function executorLines(backend: string | undefined): string[] {
  const closure = pathToFileURL(createRequire(import.meta.url).resolve('@lithops/closure')).href;
  return [
    `import * as closure from ${JSON.stringify(closure)};`,
    'provideClosure(closure);',
    ...(backend === undefined
      ? []
      : [`import backend from ${JSON.stringify(backend)};`, 'registry.register(backend);']),
  ];
}

interface BundledPlugin {
  readonly kind: 'storage' | 'monitoring';
  readonly url: string;
}

async function bundle(plugins: readonly BundledPlugin[], lines: readonly string[]): Promise<string> {
  const { bundleCode } = await import('@lithops/closure/bundle');
  // By name, so that it is found from the sources and from the built package alike.
  const entry = JSON.stringify(createRequire(import.meta.url).resolve('@lithops/core/task-storage'));
  const contents = [
    `import { provideClosure, registry } from ${entry};`,
    ...plugins.flatMap(({ kind, url }, i) => [
      `import * as plugin${i} from ${JSON.stringify(url)};`,
      `registry.register([plugin${i}.default, plugin${i}.storage].find((each) => each?.kind === '${kind}'));`,
    ]),
    ...lines,
    `export { openJobStore, openNotices, openStorage } from ${entry};`,
  ];
  const { code } = await bundleCode({
    contents: contents.join('\n'),
    resolveDir: dirname(JSON.parse(entry)),
    format: 'cjs',
  });
  return code;
}
