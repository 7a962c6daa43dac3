import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { packageOf } from '../link/package-of.ts';
import { SerializationError } from '../serialization-error.ts';

/**
 * Refuses packages that need more than their JavaScript: native code, made for the client's system, and WebAssembly that
 * is read from files beside the code, which do not travel.
 */
export function refuseClientOnlyFiles(): Plugin {
  const known = new Map<string, boolean>();
  return {
    name: 'lithops-client-only-files',
    setup(setup) {
      setup.onLoad({ filter: /[\\/]node_modules[\\/]|\.node$|\.wasm$/ }, async ({ path }) => {
        const folder = packageOf(path);
        let native = known.get(folder);
        if (native === undefined) {
          native = hasNativeCode(folder);
          known.set(folder, native);
        }
        if (native || path.endsWith('.node')) throw refusal(folder, 'native code');
        if (path.endsWith('.wasm') || (/\.[cm]?js$/.test(path) && (await readsWasm(path))))
          throw refusal(folder, 'WebAssembly in a file of its own');
        return undefined;
      });
    },
  };
}

function refusal(folder: string, what: string): SerializationError {
  const manifest = manifestOf(folder);
  const name = 'name' in manifest ? String(manifest.name) : folder;
  return new SerializationError(
    name,
    `it holds ${what}, which cannot be sent to another system`,
    `install ${name} where tasks run, and list it in externals`,
  );
}

/** Whether a package says that it has native code, or shows it. */
function hasNativeCode(folder: string): boolean {
  const manifest = manifestOf(folder);
  return (
    ['gypfile', 'napi', 'binary'].some((key) => key in manifest) ||
    ['binding.gyp', 'prebuilds'].some((entry) => existsSync(join(folder, entry)))
  );
}

/** Whether a module names a WebAssembly file that lies beside it. */
async function readsWasm(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8');
  if (!text.includes('.wasm')) return false;
  return [...text.matchAll(/["'`]([^"'`\n]+\.wasm)["'`]/g)].some(([, file = '']) =>
    existsSync(join(dirname(path), file)),
  );
}

function manifestOf(folder: string): object {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null ? manifest : {};
}
