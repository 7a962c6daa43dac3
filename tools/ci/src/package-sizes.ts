import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, repository } from './check.ts';

/** Of a package as it is published, in bytes. */
export interface PackageSize {
  readonly packed: number;
  readonly unpacked: number;
}

/** Committed: what each package took when it was recorded last, and the most that it may take. */
const FILE = join(repository, 'tools', 'ci', 'package-sizes.json');
/** Growth that nobody has to explain. */
const HEADROOM = 1.15;
const RECORD = 'node tools/ci/src/record-sizes.ts';

interface RecordedSize extends PackageSize {
  readonly packedLimit: number;
  readonly unpackedLimit: number;
}

/** @param folder The unpacked package. */
export function sizeOf(tarball: string, folder: string): PackageSize {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const unpacked = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { packed: statSync(tarball).size, unpacked };
}

/** Nobody notices how packages grow, unless they are told. */
export function sizeCheck(name: string, size: PackageSize): Check {
  const recorded = recordedSizes()[name];
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  const told = `${name}: ${kilobytes(size.packed)} packed, ${kilobytes(size.unpacked)} unpacked`;
  if (recorded === undefined)
    return { name: told, outcome: 'failed', detail: `a new package: record its size with '${RECORD}', and commit it` };
  if (size.packed <= recorded.packedLimit && size.unpacked <= recorded.unpackedLimit)
    return { name: told, outcome: 'passed' };
  const limits = `${kilobytes(recorded.packedLimit)} packed and ${kilobytes(recorded.unpackedLimit)} unpacked`;
  return {
    name: told,
    outcome: 'failed',
    detail: `more than the ${limits} that it may take: see what was added to its dist; if it has to be there, record it with '${RECORD}', and say why in the commit`,
  };
}

export function recordSizes(sizes: Readonly<Record<string, PackageSize>>): void {
  const limit = (bytes: number) => Math.ceil((bytes * HEADROOM) / 1000) * 1000;
  const entries = Object.entries(sizes).sort(([a], [b]) => (a < b ? -1 : 1));
  const recorded = entries.map(([name, { packed, unpacked }]): [string, RecordedSize] => [
    name,
    { packed, packedLimit: limit(packed), unpacked, unpackedLimit: limit(unpacked) },
  ]);
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(recorded), undefined, 2)}\n`);
}

function recordedSizes(): Readonly<Record<string, RecordedSize>> {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}
