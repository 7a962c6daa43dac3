import { ConfigError } from '../errors/config-error.ts';
import { nearestName } from '../registry/nearest-name.ts';
import { COMPUTE_BACKENDS, isSpecifier, STORAGE_BACKENDS } from '../registry/package-names.ts';
import { registry } from '../registry/registry.ts';
import { normalizeKeys, toSnakeCase } from './config-keys.ts';
import type { ConfigSource } from './config-source.ts';
import { type ParsedLithopsSection, parseLithopsSection } from './lithops-section-schema.ts';
import { SHARED_SECTIONS } from './shared-sections.ts';

/** The sections of a configuration by their names, with keys in snake case. */
export type Sections = ReadonlyMap<string, Record<string, unknown>>;

/** @throws ConfigError for what is no list of sections */
export function readSections(source: ConfigSource | undefined): Sections {
  const sections = new Map<string, Record<string, unknown>>();
  if (source === undefined) return sections;
  if (!isSection(source.content))
    throw new ConfigError(`${source.name}: a configuration is a list of sections, like 'lithops:' and 'localhost:'`);
  for (const [key, content] of Object.entries(source.content)) {
    if (!isSection(content ?? {}))
      throw new ConfigError(`${source.name}: section ${key} is ${JSON.stringify(content)}, not a list of keys`);
    // A package or a path is no name in some case.
    const name = isSpecifier(key) ? key : toSnakeCase(key);
    sections.set(name, normalizeKeys((content ?? {}) as object, `${source.name}: section ${key}`)); // just checked
  }
  return sections;
}

/** @throws ConfigError naming the key and what is allowed */
export function readLithopsSection(
  source: ConfigSource | undefined,
  section: Record<string, unknown> | undefined,
): ParsedLithopsSection {
  if (source === undefined || section === undefined) return {};
  return parseLithopsSection(section, source.name);
}

/** A misspelt section would be overlooked otherwise. @throws ConfigError */
export function checkSections(source: ConfigSource | undefined, sections: Sections, ...used: readonly string[]): void {
  const names = [
    ...used,
    ...SHARED_SECTIONS,
    ...Object.values(COMPUTE_BACKENDS).flat(),
    ...STORAGE_BACKENDS,
    ...registry.names('compute'),
    ...registry.names('storage'),
    'lithops',
  ];
  for (const section of sections.keys()) {
    if (names.includes(section)) continue;
    const nearest = nearestName(section, names);
    // Sections of other people's plugins may have any name; those that are nearly one of ours are mistakes.
    if (nearest !== undefined)
      throw new ConfigError(`${source?.name ?? 'config'}: unknown section ${section}; did you mean ${nearest}?`);
  }
}

export function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
