import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command, repository } from './check.ts';

export interface Tarball {
  readonly name: string;
  readonly file: string;
  readonly folder: string;
}

const FOLDER = join(repository, 'node_modules', '.cache', 'lithops-tarballs');

/** Packs every public package as it would be published. */
export function packAll(): Tarball[] {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return publicPackages().map(({ name, folder }) => {
    const before = new Set(readdirSync(FOLDER));
    const { ok, output } = command('pnpm', ['pack', '--pack-destination', FOLDER], { cwd: folder });
    const file = readdirSync(FOLDER).find((entry) => !before.has(entry));
    if (!ok || file === undefined) throw new Error(`${name} cannot be packed:\n${output}`);
    return { name, folder, file: join(FOLDER, file) };
  });
}

function publicPackages(): { readonly name: string; readonly folder: string }[] {
  const root = join(repository, 'packages');
  return readdirSync(root).flatMap((seam) =>
    readdirSync(join(root, seam)).flatMap((entry) => {
      const folder = join(root, seam, entry);
      const manifest: { readonly name: string; readonly private?: boolean } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      );
      return manifest.private === true ? [] : [{ name: manifest.name, folder }];
    }),
  );
}
