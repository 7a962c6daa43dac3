import { randomUUID } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import { type ObjectBody, StorageError } from '@lithops/core/plugin';
import { bodyParts, forEachAtOnce, letGo } from '@lithops/kit-storage';
import { type Attempt, errorCode, statusOf, understood } from './azure-errors.ts';
import { BLOCK_BYTES, MOST_BLOCKS } from './limits.ts';

const BLOCKS_AT_ONCE = 4;
/** Metadata by which a writer knows its own blob again. */
const UPLOAD = 'lithopsupload';

/**
 * Writes a blob: in one request where it is small, else as blocks that are made the blob in one request. Blocks of an
 * upload that does not come to that are dropped by the service, after a week at the latest.
 * @returns false when there is one and `ifAbsent` is set.
 */
export async function upload(
  blob: BlockBlobClient,
  attempt: Attempt,
  body: ObjectBody,
  { ifAbsent, signal }: { readonly ifAbsent: boolean; readonly signal: AbortSignal },
): Promise<boolean> {
  const id = randomUUID();
  const options = {
    abortSignal: signal,
    ...(ifAbsent && { conditions: { ifNoneMatch: '*' }, metadata: { [UPLOAD]: id } }),
  };
  try {
    if (body instanceof Uint8Array && body.length <= BLOCK_BYTES) {
      await blob.upload(body, body.length, options);
      return true;
    }
    if (ifAbsent && (await blob.exists({ abortSignal: signal }))) {
      await letGo(body);
      return false;
    }
    const blocks: string[] = [];
    await forEachAtOnce(bodyParts(body, BLOCK_BYTES, signal), BLOCKS_AT_ONCE, async (part, index) => {
      if (index === MOST_BLOCKS) throw new StorageError(`${attempt.what}: it is too large`, { reason: 'too-large' });
      // Names of one length, as the service demands.
      const name = Buffer.from(`${id}-${String(index).padStart(6, '0')}`).toString('base64');
      blocks[index] = name;
      await blob.stageBlock(name, part, part.length, { abortSignal: signal });
    });
    signal.throwIfAborted();
    await blob.commitBlockList(blocks, options);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (ifAbsent && isThereAlready(error)) return isOurs(blob, id, signal);
    throw understood(attempt, error);
  }
}

function isThereAlready(error: unknown): boolean {
  if (statusOf(error) === 412) return true;
  return ['BlobAlreadyExists', 'InvalidBlockList'].includes(errorCode(error));
}

/** Whether the first of two requests, whose answer was lost, has written it. */
async function isOurs(blob: BlockBlobClient, id: string, signal: AbortSignal): Promise<boolean> {
  const { metadata } = await blob.getProperties({ abortSignal: signal });
  return metadata?.[UPLOAD] === id;
}
