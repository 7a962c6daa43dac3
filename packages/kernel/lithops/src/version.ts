import { readFileSync } from 'node:fs';

/** This package's version, from its manifest: one level up from the sources and from the built files alike. */
export const version: string = readVersion();

function readVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const manifest: { readonly name: string; readonly version: string } = JSON.parse(
        readFileSync(new URL(up, import.meta.url), 'utf8'),
      );
      if (manifest.name === 'lithops') return manifest.version;
    } catch {
      // Not at this level.
    }
  }
  return 'unknown';
}
