import { homedir, tmpdir } from 'node:os';

/** In images the user may be one that the system does not know; the SDKs of storages look into its folder. */
export function provideHome(): void {
  try {
    homedir();
  } catch {
    process.env['HOME'] = tmpdir();
  }
}
