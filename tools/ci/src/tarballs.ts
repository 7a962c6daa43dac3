import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atOnce, repository, startCommand } from './check.ts';

export interface Tarball {
  readonly name: string;
  readonly file: string;
  readonly folder: string;
}

const FOLDER = join(repository, 'node_modules', '.cache', 'lithops-tarballs');

let packed: Promise<readonly Tarball[]> | undefined;

/** Every public package, packed as it would be published; once for all stages of a run. */
export function packAll(): Promise<readonly Tarball[]> {
  packed ??= pack();
  return packed;
}

async function pack(): Promise<readonly Tarball[]> {
  rmSync(FOLDER, { recursive: true, force: true });
  return atOnce(
    2,
    publicPackages().map(({ name, folder }) => async () => {
      const destination = join(FOLDER, name.replace('/', '-'));
      mkdirSync(destination, { recursive: true });
      const { ok, output } = await startCommand('pnpm', ['pack', '--pack-destination', destination], { cwd: folder });
      const [file] = readdirSync(destination);
      if (!ok || file === undefined) throw new Error(`${name} cannot be packed:\n${output}`);
      return { name, folder, file: join(destination, file) };
    }),
  );
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
