import type { ModuleInstance } from '@lithops/worker';
import { decodeValue } from '@lithops/worker/values';
import type { FunctionModule } from './emit/function-module.ts';

/** Loads a function module into this process. Each call makes functions and captured objects of its own. */
export async function load(module: Pick<FunctionModule, 'code' | 'assets'>): Promise<ModuleInstance> {
  const namespace: { default(assets: readonly Uint8Array[], decode: typeof decodeValue): ModuleInstance } =
    await import(`data:text/javascript;base64,${Buffer.from(module.code).toString('base64')}`);
  return namespace.default(module.assets, decodeValue);
}
