import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ResolvedConfig } from '../config/load-config.ts';
import { PluginNotFoundError } from '../errors/plugin-not-found-error.ts';
import { locatePlugin, type PluginRequest } from '../registry/resolve-plugin.ts';

/** What tasks may ask for that have nothing of the client's files. */
export interface TaskNeeds {
  /** Names of storages. */
  readonly storages: readonly string[];
  /** The backend of executors that they may make; absent: they make none. */
  readonly executors?: { readonly name: string; readonly reference: string } | undefined;
  /** What `lithops.monitoring` names; for workers on platforms that only accept work. */
  readonly monitoring?: string;
}

/** Made once a process: it depends on files that are installed, and takes a bundler. */
const artifacts = new Map<string, Promise<string>>();

/**
 * Storages with all that their plugins import, as the body of one CommonJS module with the exports of
 * `@lithops/core/task-storage`: for workers that have nothing of the client's files (`TaskSetup.storageCode`). With
 * executors also their backend, the localhost backend, which runs processes beside the task, and what captures functions.
 * @throws PluginNotFoundError when a plugin is no package that is installed here; SerializationError when it cannot be bundled.
 */
export async function storageArtifact(
  { from, mode, plugins: listed, storageName, storageReference }: ResolvedConfig,
  { storages, executors, monitoring }: TaskNeeds,
): Promise<string> {
  const wanted = [
    ...storages.map((name) => {
      const module = name === storageName ? storageReference?.plugin.module : undefined;
      return { kind: 'storage', name: module ?? name } as const;
    }),
    ...(monitoring === undefined ? [] : [{ kind: 'monitoring', name: monitoring } as const]),
  ];
  const plugins: readonly BundledPlugin[] = await Promise.all(
    wanted.map(async ({ kind, name }) => ({ kind, url: await locatePlugin(kind, { name, from, plugins: listed }) })),
  );
  const backends =
    executors === undefined
      ? []
      : await Promise.all([
          installedBackend({ name: 'localhost', mode: 'localhost', from }),
          ...(executors.name === 'localhost'
            ? []
            : [installedBackend({ name: executors.reference, mode, from, plugins: listed })]),
        ]);
  const all = [...plugins, ...backends.flat()];
  const key = JSON.stringify([all, executors !== undefined]);
  let artifact = artifacts.get(key);
  if (artifact === undefined) {
    artifact = bundle(all, executors === undefined ? [] : closureLines());
    artifacts.set(key, artifact);
    artifact.catch(() => artifacts.delete(key));
  }
  return artifact;
}

/** None where it is not installed: executors inside tasks then say so. */
async function installedBackend(request: PluginRequest): Promise<BundledPlugin[]> {
  try {
    return [{ kind: 'compute', url: await locatePlugin('compute', request) }];
  } catch (error) {
    if (error instanceof PluginNotFoundError) return [];
    throw error;
  }
}

function closureLines(): string[] {
  const closure = pathToFileURL(createRequire(import.meta.url).resolve('@lithops/closure')).href;
  return [`import * as closure from ${JSON.stringify(closure)};`, 'provideClosure(closure);'];
}

interface BundledPlugin {
  readonly kind: 'storage' | 'monitoring' | 'compute';
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
      `registry.register([plugin${i}.default, plugin${i}.storage, plugin${i}.compute].find((each) => each?.kind === '${kind}'));`,
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
