import { type Invocation, type InvokeOptions, PayloadTooLargeError, type PluginLogger } from '@lithops/core/plugin';
import { encodeFunctionEvent, type RunRequest } from '@lithops/worker/lambda';
import { LIMITS } from '../limits.ts';

/** Larger modules go by the storage where there is one: a sandbox fetches them once, and requests stay small. */
const INLINE_MODULE_BYTES = 64 * 1024;

/**
 * The payload of a request to run an invocation. What is too large for it goes into the storage.
 * @throws PayloadTooLargeError when there is none, StorageError
 */
export async function requestPayload(
  invocation: Invocation,
  { module, byReference }: Pick<InvokeOptions, 'module' | 'byReference'>,
  logger: PluginLogger,
): Promise<string> {
  const stops = await byReference?.stops().catch((error: unknown) => {
    // Tasks that use no storage run without.
    logger.warn(
      `cancelled calls will run to their time limit: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  });
  const common = stops === undefined ? {} : { stops };
  const reference = async () => ({ key: (await byReference?.module()) ?? '', hash: module.hash });
  const apart = byReference !== undefined && bytesOf(module) > INLINE_MODULE_BYTES;
  const first = encode({ invocation, module: apart ? await reference() : module, ...common });
  if (Buffer.byteLength(first) <= LIMITS.requestBytes) return first;
  const { task } = invocation;
  if (byReference === undefined || task === undefined) throw tooLarge(first);
  const small = encode({
    invocation: { key: await byReference.invocation(), task },
    module: await reference(),
    ...common,
  });
  if (Buffer.byteLength(small) <= LIMITS.requestBytes) return small;
  throw tooLarge(small);
}

function encode(request: RunRequest): string {
  return encodeFunctionEvent({ type: 'run', request });
}

function bytesOf({ code, assets }: InvokeOptions['module']): number {
  return assets.reduce((sum, asset) => sum + asset.byteLength, code.length);
}

function tooLarge(payload: string): PayloadTooLargeError {
  return new PayloadTooLargeError(
    `a call with its function is ${Buffer.byteLength(payload)} bytes; Lambda takes ${LIMITS.requestBytes}`,
    { hint: 'configure a storage that workers reach, such as aws_s3: what is too large goes there' },
  );
}
