import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PluginApiMismatchError } from '../errors/plugin-api-mismatch-error.ts';
import { PluginNotFoundError } from '../errors/plugin-not-found-error.ts';
import type { ComputePlugin, ExecutionMode } from '../plugin/compute-plugin.ts';
import { isPlugin, type Plugin, SUPPORTED_PLUGIN_APIS } from '../plugin/define-plugin.ts';
import type { MonitoringPlugin } from '../plugin/monitoring-plugin.ts';
import type { StoragePlugin } from '../plugin/storage-plugin.ts';
import { installCommand, locatePackage } from './locate-package.ts';
import { nearestName } from './nearest-name.ts';
import {
  COMPUTE_BACKENDS,
  isSpecifier,
  MONITORING_BACKENDS,
  modeOf,
  packageNames,
  STORAGE_BACKENDS,
} from './package-names.ts';
import { registry } from './registry.ts';

export interface PluginRequest {
  /** `aws_lambda`, a package, or a path relative to the first of `from`. */
  readonly name: string;
  readonly mode?: ExecutionMode | undefined;
  /** Folders to look from, the application's first. */
  readonly from: readonly string[];
  /** Packages named in the configuration. */
  readonly plugins?: readonly string[];
}

/** A plugin by name: at once when it was registered in code, else by loading its package. @throws PluginNotFoundError, PluginApiMismatchError */
export function resolveComputePlugin(request: PluginRequest): ComputePlugin | Promise<ComputePlugin> {
  return registry.compute(request.name) ?? (loadPlugin('compute', request) as Promise<ComputePlugin>); // by its kind
}

/** Like {@link resolveComputePlugin}. */
export function resolveStoragePlugin(request: PluginRequest): StoragePlugin | Promise<StoragePlugin> {
  return registry.storage(request.name) ?? (loadPlugin('storage', request) as Promise<StoragePlugin>); // by its kind
}

/** Like {@link resolveComputePlugin}. */
export function resolveMonitoringPlugin(request: PluginRequest): MonitoringPlugin | Promise<MonitoringPlugin> {
  return registry.monitoring(request.name) ?? (loadPlugin('monitoring', request) as Promise<MonitoringPlugin>); // by its kind
}

/** @throws PluginApiMismatchError */
export function assertPluginApi(name: string, api: unknown): void {
  if (typeof api === 'number' && SUPPORTED_PLUGIN_APIS.includes(api)) return;
  throw new PluginApiMismatchError(
    `plugin ${name} is made for version ${String(api)} of the plugin contract; this core works with ${SUPPORTED_PLUGIN_APIS.join(', ')}`,
    {
      hint: `update @lithops/core or ${name}, so that both speak the same`,
    },
  );
}

type PluginKind = Plugin['kind'];

async function loadPlugin(kind: PluginKind, request: PluginRequest): Promise<Plugin> {
  return (await findPlugin(kind, request)).plugin;
}

interface FoundPlugin {
  readonly plugin: Plugin;
  readonly url: string;
}

async function findPlugin(kind: PluginKind, request: PluginRequest): Promise<FoundPlugin> {
  const listed = (request.plugins ?? []).filter((name) => declares(name, kind, request));
  const specifiers = [...listed, ...packageNames(request.name, request.mode)];
  for (const specifier of specifiers) {
    const url = await locate(specifier, request.from);
    if (url === undefined) continue;
    checkManifest(specifier, kind, request.name, url);
    const module = await importPlugin(specifier, url);
    const plugin = [module['default'], module['storage'], module['compute']].find(
      (candidate) => isPlugin(candidate) && candidate.kind === kind,
    );
    // A file that is listed says only by what it exports which plugin it holds.
    if (listed.includes(specifier) && !(isPlugin(plugin) && plugin.name === request.name)) continue;
    if (!isPlugin(plugin)) {
      throw new PluginNotFoundError(`${specifier} exports no ${kind} plugin`, {
        hint: `its default export is to be made by define${kind.replace(/^./, (first) => first.toUpperCase())}Plugin`,
      });
    }
    assertPluginApi(specifier, plugin.api);
    return { plugin, url };
  }
  throw notFound(kind, request, specifiers);
}

/** The URL of the module that a plugin is loaded from, registered or not. @throws PluginNotFoundError, PluginApiMismatchError */
export async function locatePlugin(kind: PluginKind, request: PluginRequest): Promise<string> {
  return (await findPlugin(kind, request)).url;
}

async function locate(specifier: string, from: readonly string[]): Promise<string | undefined> {
  if (specifier.startsWith('file:')) return specifier;
  if (specifier.startsWith('.') || specifier.startsWith('/'))
    return pathToFileURL(resolve(from[0] ?? process.cwd(), specifier)).href;
  return locatePackage(specifier, from);
}

async function importPlugin(specifier: string, url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (cause) {
    throw new PluginNotFoundError(
      `plugin ${specifier} was found at ${url}, but cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

interface PluginFacts {
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly api?: unknown;
}

/** What a package says of its plugins in its manifest; that is read before any of its code runs. */
function manifestFacts(url: string): PluginFacts[] {
  for (let folder = dirname(fileURLToPath(url)); ; folder = dirname(folder)) {
    try {
      const manifest: { readonly name?: unknown; readonly lithops?: PluginFacts | PluginFacts[] } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      );
      if (manifest.name !== undefined) return manifest.lithops === undefined ? [] : [manifest.lithops].flat();
    } catch {
      // No manifest here; the package's is further up.
    }
    if (dirname(folder) === folder) return [];
  }
}

function checkManifest(specifier: string, kind: string, name: string, url: string): void {
  if (!url.startsWith('file:')) return;
  const facts = manifestFacts(url).find(
    (candidate) => candidate.kind === kind && (candidate.name === name || isSpecifier(name)),
  );
  if (facts?.api !== undefined) assertPluginApi(specifier, facts.api);
}

function declares(specifier: string, kind: string, { name, from }: PluginRequest): boolean {
  for (const folder of from.flatMap(withParents)) {
    try {
      const manifest: { readonly lithops?: PluginFacts | PluginFacts[] } = JSON.parse(
        readFileSync(join(folder, 'node_modules', specifier, 'package.json'), 'utf8'),
      );
      return [manifest.lithops ?? []].flat().some((facts) => facts.kind === kind && facts.name === name);
    } catch {
      // Not installed there.
    }
  }
  return specifier.startsWith('.') || isAbsolute(specifier);
}

/** A folder and those that it is in: packages of a workspace are often installed further up. */
function withParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}

function notFound(
  kind: PluginKind,
  { name, from, mode }: PluginRequest,
  tried: readonly string[],
): PluginNotFoundError {
  const ours = {
    compute: Object.values(COMPUTE_BACKENDS).flat(),
    storage: STORAGE_BACKENDS,
    monitoring: MONITORING_BACKENDS,
  };
  const known = [...registry.names(kind), ...ours[kind]];
  const what = kind === 'compute' ? 'backend' : kind;
  const message = `there is no ${what} '${name}': looked for ${tried.join(', ')} from ${from.join(', ')}`;
  if (known.includes(name)) {
    const specifier = mode === 'standalone' ? packageNames(name, mode)[1] : packageNames(name, mode)[0];
    return new PluginNotFoundError(message, { hint: `install it: ${installCommand()} ${specifier}` });
  }
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined
      ? `known are ${known.join(', ')}; a backend of your own is named by its package or path`
      : `did you mean '${nearest}'?`;
  return new PluginNotFoundError(message, { hint });
}

/** Whether a plugin is there, without loading it; and the package that would provide it. */
export async function pluginInstalled(
  kind: 'compute' | 'storage',
  name: string,
  from: readonly string[],
): Promise<{ readonly package: string; readonly installed: boolean }> {
  const mode = kind === 'compute' ? modeOf(name) : undefined;
  const specifiers = packageNames(name, mode);
  const usual = (mode === 'standalone' ? specifiers[1] : specifiers[0]) ?? name;
  if ((kind === 'compute' ? registry.compute(name) : registry.storage(name)) !== undefined)
    return { package: usual, installed: true };
  for (const specifier of specifiers)
    if ((await locate(specifier, from)) !== undefined) return { package: specifier, installed: true };
  return { package: usual, installed: false };
}
