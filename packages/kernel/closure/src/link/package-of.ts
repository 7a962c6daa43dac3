import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const known = new Map<string, string>();

/** The folder of the package that a file belongs to: the nearest with a named package.json, or the outermost folder. */
export function packageOf(file: string): string {
  const folder = dirname(file);
  let root = known.get(folder);
  if (root === undefined) {
    root = findPackage(folder);
    known.set(folder, root);
  }
  return root;
}

function findPackage(folder: string): string {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest) && isNamed(manifest)) return folder;
  const parent = dirname(folder);
  return parent === folder ? folder : packageOf(folder);
}

/** Manifests without a name only say of which kind the files below them are. */
function isNamed(manifest: string): boolean {
  try {
    const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return typeof content === 'object' && content !== null && 'name' in content;
  } catch {
    return false;
  }
}
