import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository, startCommand } from './check.ts';

export interface Tarball {
  readonly name: string;
  readonly file: string;
}

const FOLDER = join(repository, 'node_modules', '.cache', 'lithops-tarballs');

let packed: Promise<readonly Tarball[]> | undefined;

/** Every public package, packed as it would be published; once for all stages of a run. */
export function packAll(): Promise<readonly Tarball[]> {
  packed ??= pack();
  return packed;
}

/** By one command, which leaves out private packages: to start it once for each would take longer than all else. */
async function pack(): Promise<readonly Tarball[]> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const { ok, output } = await startCommand('pnpm', [
    ...['--recursive', '--filter', './packages/**', 'pack', '--json', '--pack-destination', FOLDER],
  ]);
  if (!ok) throw new Error(`the packages cannot be packed:\n${output}`);
  const told: readonly { readonly name: string; readonly filename: string }[] = JSON.parse(
    output.slice(output.indexOf('[\n')),
  );
  return told.map(({ name, filename }) => ({ name, file: filename }));
}
