import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'tsup';

/** Folders of installed packages of which something is in a build; by the folder of the build, which several may fill. */
const bundled = new Map<string, Set<string>>();

/** Writes the licenses of the packages whose code was bundled beside it: `bundled-licenses.txt`. */
export const bundledLicenses: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'bundled-licenses',
  setup({ initialOptions, onEnd }) {
    initialOptions.metafile = true;
    const { outdir = 'dist' } = initialOptions;
    onEnd(({ metafile }) => {
      const folders = bundled.get(outdir) ?? new Set();
      bundled.set(outdir, folders);
      for (const { inputs } of Object.values(metafile?.outputs ?? {})) {
        for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
          const [folder] = /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(input) ?? [];
          if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
        }
      }
      if (folders.size === 0) return;
      // The build writes its own files after this.
      mkdirSync(outdir, { recursive: true });
      writeFileSync(join(outdir, 'bundled-licenses.txt'), [...folders].toSorted().map(licenseOf).join('\n\n'));
    });
  },
};

function licenseOf(folder: string): string {
  const manifest: { readonly name: string; readonly version: string; readonly license?: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const text = readdirSync(folder).find((name) => /^licen[sc]e/i.test(name));
  const head = `${manifest.name} ${manifest.version}: ${manifest.license ?? 'see its text'}`;
  return text === undefined ? head : `${head}\n\n${readFileSync(join(folder, text), 'utf8').trim()}`;
}
