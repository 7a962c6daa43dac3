import { ConfigError } from '../errors/config-error.ts';
import type { ExecutorOptions } from '../executor/executor-options.ts';
import { logLevelOf } from '../executor/plugin-logger.ts';
import type { JobDefaults } from '../job/job-options.ts';
import type { ExecutionMode } from '../plugin/compute-plugin.ts';
import type { PluginReference } from '../plugin/plugin-reference.ts';
import { modeOf } from '../registry/package-names.ts';
import { DEFAULT_STORAGE_RETRY, type StorageRetryPolicy } from '../storage/storage-retry.ts';
import { checkMode, checkOptions } from './check-options.ts';
import { checkSections, isSection, readLithopsSection, readSections, type Sections } from './config-sections.ts';
import { type ConfigSource, findConfigSource } from './config-source.ts';
import { durationMs } from './duration.ts';
import type { ParsedLithopsSection } from './lithops-section-schema.ts';
import { type MonitoringConfig, monitoringConfig } from './monitoring-config.ts';
import { sharedSection } from './shared-sections.ts';

/** What an executor is to work with, from all sources together. Sections are as given; their plugins check them. */
export interface ResolvedConfig {
  /** Undefined for a third party's backend until its plugin is loaded. */
  readonly mode: ExecutionMode | undefined;
  readonly backendName: string;
  readonly backendSection: Readonly<Record<string, unknown>>;
  /** The section of another compute plugin, for one that takes over; see `ComputePlugin.delegate`. */
  readonly sectionOf: (name: string) => Readonly<Record<string, unknown>>;
  /** Given in code instead of a name. */
  readonly backendReference?: PluginReference;
  readonly storageName: string;
  readonly storageSection: Readonly<Record<string, unknown>>;
  readonly storageReference?: PluginReference;
  readonly storageRetry: StorageRetryPolicy;
  /** By what workers tell of news, where the storage cannot; absent: by the storage. */
  readonly monitoring?: MonitoringConfig;
  /** Section `prometheus`, where metrics are to be pushed. */
  readonly telemetry?: Readonly<Record<string, unknown>>;
  /** All sections as given, for storages besides the executor's own. */
  readonly sections: Sections;
  readonly defaults: JobDefaults;
  readonly logLevel: string | undefined;
  /** Whether, or in which folder, a journal of jobs is kept; see `journalFolder`. */
  readonly journal: boolean | string | undefined;
  /** Packages named as plugins. */
  readonly plugins: readonly string[];
  /** Where plugins are looked for. */
  readonly from: readonly string[];
  /** Where the configuration comes from, for messages. */
  readonly source: string;
}

const DEFAULT_BACKENDS: Readonly<Record<ExecutionMode, string>> = {
  localhost: 'localhost',
  serverless: 'aws_lambda',
  standalone: 'aws_ec2',
};

/** Puts the configuration together. Reads at most one file. @throws ConfigError naming the source, the key and what is allowed. */
export function loadConfig(options: ExecutorOptions): ResolvedConfig {
  checkOptions(options);
  const source = findConfigSource(options);
  const sections = readSections(source);
  const lithops = readLithopsSection(source, sections.get('lithops'));
  const backend =
    typeof options.backend === 'object'
      ? options.backend.plugin.name
      : (options.backend ?? (options.mode === undefined ? lithops.backend : undefined));
  const mode =
    options.mode ??
    (backend === undefined ? lithops.mode : modeOf(backend)) ??
    (backend === undefined ? 'localhost' : undefined);
  const backendName =
    backend ??
    (mode === modeOf(lithops.backend ?? '') ? lithops.backend : undefined) ??
    DEFAULT_BACKENDS[mode ?? 'localhost'];
  checkMode(options, backendName);
  const storageName =
    typeof options.storage === 'object'
      ? options.storage.plugin.name
      : (options.storage ?? lithops.storage ?? 'localhost');
  const from =
    source === undefined || source.folder === process.cwd() ? [process.cwd()] : [source.folder, process.cwd()];
  checkSections(source, sections, backendName, storageName);
  const monitoring = monitoringConfig(source?.name, lithops.monitoring, sections);
  return {
    mode,
    backendName,
    backendSection: {
      ...sharedSection(sections, backendName),
      ...sections.get(backendName),
      ...backendOptions(options),
      ...referenceConfig(options.backend),
    },
    sectionOf: (name) => sections.get(name) ?? {},
    ...(typeof options.backend === 'object' && { backendReference: options.backend }),
    storageName,
    storageSection: {
      ...sharedSection(sections, storageName),
      ...sections.get(storageName),
      ...referenceConfig(options.storage),
    },
    ...(typeof options.storage === 'object' && { storageReference: options.storage }),
    storageRetry: {
      retries: lithops.storageRetries ?? DEFAULT_STORAGE_RETRY.retries,
      withinMs: lithops.storageRetryTime ?? DEFAULT_STORAGE_RETRY.withinMs,
    },
    ...(monitoring !== undefined && { monitoring }),
    ...(lithops.telemetry === true && { telemetry: telemetrySection(source, sections) }),
    sections,
    defaults: {
      timeoutMs: options.timeout === undefined ? lithops.executionTimeout : durationMs(options.timeout, 'timeout'),
      retries: options.retries ?? lithops.retries ?? 0,
      priority: options.priority ?? lithops.priority ?? 0,
    },
    logLevel: logLevel(options, lithops, source),
    journal: lithops.journal,
    plugins: lithops.plugins ?? [],
    from,
    source: source?.name ?? 'defaults',
  };
}

/** The same with another storage, by its own section. */
export function withStorage(config: ResolvedConfig, name: string): ResolvedConfig {
  if (name === config.storageName) return config;
  const { storageReference: _, ...rest } = config;
  const { sections } = config;
  return { ...rest, storageName: name, storageSection: { ...sharedSection(sections, name), ...sections.get(name) } };
}

/** Undefined where nobody says. @throws ConfigError for a level that there is not. */
function logLevel(
  options: ExecutorOptions,
  lithops: ParsedLithopsSection,
  source: ConfigSource | undefined,
): string | undefined {
  if (options.logLevel !== undefined) return logLevelOf(options.logLevel, 'option logLevel');
  if (lithops.logLevel === false) return 'silent';
  if (typeof lithops.logLevel === 'string') return logLevelOf(lithops.logLevel, `${source?.name}: lithops.log_level`);
  logLevelOf(undefined);
  return undefined;
}

function telemetrySection(source: ConfigSource | undefined, sections: Sections): Readonly<Record<string, unknown>> {
  const section = sections.get('prometheus');
  if (section?.['apigateway'] !== undefined) return section;
  throw new ConfigError(`${source?.name ?? 'config'}: lithops.telemetry is on, but there is no prometheus.apigateway`, {
    hint: 'name a Pushgateway: prometheus: { apigateway: http://gateway:9091 }',
  });
}

function backendOptions({
  runtime,
  runtimeMemory,
  maxWorkers,
  workerProcesses,
}: ExecutorOptions): Record<string, unknown> {
  return {
    ...(runtime !== undefined && { runtime }),
    ...(runtimeMemory !== undefined && { runtimeMemory }),
    ...(maxWorkers !== undefined && { maxWorkers }),
    ...(workerProcesses !== undefined && { workerProcesses }),
  };
}

function referenceConfig(reference: string | PluginReference | undefined): object {
  return typeof reference === 'object' && isSection(reference.config) ? reference.config : {};
}
