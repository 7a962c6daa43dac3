import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { CONFIGURED_PACKAGES, type ConfiguredPackage } from './configured-packages.ts';
import { keyDeclarations } from './key-declarations.ts';
import { type JsonSchema, typeText } from './type-text.ts';

/** A key of a section, as its package's schema and comments tell of it. */
export interface ConfigurationKey {
  /** `snake_case`, as in YAML. */
  readonly name: string;
  readonly type: string;
  readonly meaning: string;
}

/** Writes for each backend and storage a table of all its keys, to be included in its page. */
export async function writeConfigurationKeys(repository: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const configured of CONFIGURED_PACKAGES)
    writeFileSync(join(folder, `${configured.section}.md`), toTable(await configurationKeys(repository, configured)));
}

/** The keys that a package's plugin takes. @throws TypeError when it is no plugin, or its schema tells of no keys */
export async function configurationKeys(
  repository: string,
  { section, package: path, madeOf = [] }: ConfiguredPackage,
): Promise<ConfigurationKey[]> {
  const entry = pathToFileURL(join(repository, path, 'src/index.ts')).href;
  const { default: plugin } = (await import(entry)) as { readonly default?: { readonly config?: PluginSchema } }; // checked below
  if (plugin?.config === undefined) throw new TypeError(`${path} exports no plugin`);
  const declarations = keyDeclarations([path, ...madeOf].map((folder) => join(repository, folder, 'src')));
  const keys = [...keysOf(plugin.config)];
  if (keys.length === 0) throw new TypeError(`the schema of section ${section} tells of no keys`);
  return keys.map(([key, type]) => ({
    name: key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    type: type ?? declarations.get(key)?.type ?? '',
    meaning: declarations.get(key)?.comment ?? '',
  }));
}

/** A schema of zod, or one that is written by hand and says its keys. */
type PluginSchema = z.core.$ZodType | { readonly keys: readonly string[] };

function* keysOf(schema: PluginSchema): Generator<[key: string, type: string | undefined]> {
  if ('keys' in schema) {
    for (const key of schema.keys) yield [key, undefined];
    return;
  }
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema; // by its contract
  for (const [key, value] of Object.entries(properties)) yield [key, typeText(value)];
}

function toTable(keys: readonly ConfigurationKey[]): string {
  // Outside of code only; inside it stands for itself.
  const cell = (text: string) =>
    text
      .replaceAll('|', '\\|')
      .split(/(`[^`]*`)/)
      .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
      .join('');
  const rows = keys.map(({ name, type, meaning }) => `| \`${name}\` | ${cell(type)} | ${cell(meaning)} |`);
  return ['| key | type | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
