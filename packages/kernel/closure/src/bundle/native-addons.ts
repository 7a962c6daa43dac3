import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { packageOf } from '../link/package-of.ts';
import { SerializationError } from '../serialization-error.ts';

/** Refuses packages that hold native code: made for the client's system, it may not run on the worker's, and is in files of its own. */
export function refuseNativeAddons(): Plugin {
  const known = new Map<string, string | undefined>();
  return {
    name: 'lithops-native-addons',
    setup(setup) {
      setup.onLoad({ filter: /[\\/]node_modules[\\/]|\.node$/ }, ({ path }) => {
        const folder = packageOf(path);
        let native = known.get(folder);
        if (!known.has(folder)) {
          native = nativePackage(folder);
          known.set(folder, native);
        }
        if (native !== undefined || path.endsWith('.node')) throw refusal(native ?? path);
        return undefined;
      });
    },
  };
}

function refusal(name: string): SerializationError {
  return new SerializationError(
    name,
    'it holds native code, which cannot be sent to another system',
    `install ${name} where tasks run, and list it in externals`,
  );
}

/** The name of a package that says it has native code; undefined for others. */
function nativePackage(folder: string): string | undefined {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null) return undefined;
  const says = ['gypfile', 'napi', 'binary'].some((key) => key in manifest);
  const has = ['binding.gyp', 'prebuilds'].some((entry) => existsSync(join(folder, entry)));
  return says || has ? String('name' in manifest ? manifest.name : folder) : undefined;
}
