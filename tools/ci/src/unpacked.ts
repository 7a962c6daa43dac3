import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './check.ts';

/** Shows a package as those have it who install it; it is gone afterwards. @param look is given its folder */
export function unpacked<Result>(tarball: string, look: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-tarball-'));
  try {
    command('tar', ['-xzf', tarball, '-C', folder]);
    return look(join(folder, 'package'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
