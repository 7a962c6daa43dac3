import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository, startCommand } from '../check.ts';
import { packAll } from '../tarballs.ts';

/** Programs of an application that knows nothing of this repository. */
export const APPLICATION: string = join(repository, 'tools', 'ci', 'fixtures', 'consumer');
const EXAMPLE = join(repository, 'examples', 'third-party-backend');

/** What is installed in place of what no registry has yet: `file:` addresses by name. */
export interface Packed {
  readonly ours: Readonly<Record<string, string>>;
  readonly example: string;
}

/** An empty folder outside of the repository, removed afterwards. */
export async function inEmptyFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-consumer-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Our packages, and the example of a third party's, which its author packs by npm. */
export async function packEverything(folder: string): Promise<Packed> {
  const ours = Object.fromEntries((await packAll()).map(({ name, file }) => [name, `file:${file}`]));
  const source = join(folder, 'example');
  mkdirSync(source);
  cpSync(EXAMPLE, source, { recursive: true });
  const { ok, output } = await startCommand('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: source });
  const file = output.trim().split('\n').at(-1) ?? '';
  if (!ok) throw new Error(`the example cannot be packed:\n${output}`);
  return { ours, example: `file:${join(folder, file)}` };
}
