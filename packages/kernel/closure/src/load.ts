import type { ModuleInstance } from '@lithops/worker';
import { decodeValue } from '@lithops/worker/values';
import type { FunctionModule } from './emit/function-module.ts';

/** How bundled code imports what the runtime has installed. */
const EXTERNAL = '"lithops-external:';

/**
 * Loads a function module into this process. Each call makes functions and captured objects of its own.
 * @throws Error naming the package of `externals` that is not installed here.
 */
export async function load(module: Pick<FunctionModule, 'code' | 'assets'>): Promise<ModuleInstance> {
  const code = module.code.includes(EXTERNAL)
    ? (await import('@lithops/worker')).linkInstalledPackages(module.code)
    : module.code;
  const namespace: { default(assets: readonly Uint8Array[], decode: typeof decodeValue): ModuleInstance } =
    await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  return namespace.default(module.assets, decodeValue);
}
