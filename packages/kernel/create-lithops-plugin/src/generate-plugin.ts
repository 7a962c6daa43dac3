import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginKind, PluginNames } from './plugin-names.ts';

export interface GeneratedPlugin {
  readonly kind: PluginKind;
  readonly names: PluginNames;
  /** Is made; what is there already must be empty. */
  readonly folder: string;
}

const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url));

/** Files that would not be packed under the names that they are to have. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore', 'package.json.template': 'package.json' };

/**
 * Writes a plugin: a package with its tests, which passes the conformance suite as it is.
 * @returns the files, relative to the folder.
 * @throws Error when there is something in the folder; nothing is ever overwritten.
 */
export async function generatePlugin({ kind, names, folder }: GeneratedPlugin): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0)
    throw new Error(`there is something in ${folder} already; name another folder`);
  const written: string[] = [];
  for (const template of [join(TEMPLATES, 'common'), join(TEMPLATES, kind)]) {
    const entries = await readdir(template, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const source = join(entry.parentPath, entry.name);
      const file = join(entry.parentPath.slice(template.length + 1), RENAMED[entry.name] ?? entry.name);
      await mkdir(dirname(join(folder, file)), { recursive: true });
      // Whoever else has put it there since keeps it.
      await writeFile(join(folder, file), named(await readFile(source, 'utf8'), names), { flag: 'wx' });
      written.push(file);
    }
  }
  return written.sort();
}

/** Templates are a plugin that works, of these names. */
function named(text: string, names: PluginNames): string {
  return text
    .replaceAll('@acme/lithops-grid', names.package)
    .replaceAll('acme_grid', names.plugin)
    .replaceAll('acmeGrid', names.factory)
    .replaceAll('AcmeGrid', names.type);
}
