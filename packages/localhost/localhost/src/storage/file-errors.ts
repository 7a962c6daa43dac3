import { StorageError, type StorageFailure } from '@lithops/core/plugin';

/** Runs something on the file system. @throws StorageError */
export async function explained<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw understood(what, error);
  }
}

/** An error of the file system as one of the storage; any other as it is. */
export function understood(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const { reason, hint } = explanationOf('code' in error ? error.code : undefined);
  return new StorageError(`could not ${what}: ${error.message}`, {
    cause: error,
    reason,
    ...(hint !== undefined && { hint }),
  });
}

function explanationOf(code: unknown): { readonly reason: StorageFailure; readonly hint?: string } {
  const elsewhere = 'or name another folder as localhost.storage_root';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { reason: 'full', hint: `the disk is full: free some space, ${elsewhere}` };
    case 'EFBIG':
      return { reason: 'too-large', hint: 'files of this process have a limit (ulimit -f), or those of this disk' };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { reason: 'access-denied', hint: `make it writable for you, ${elsewhere}` };
    // More files are open than are allowed, or the system has no room for the moment: it passes.
    case 'EMFILE':
    case 'ENFILE':
    case 'EAGAIN':
    case 'ENOMEM':
      return { reason: 'unavailable' };
    default:
      return { reason: 'other' };
  }
}
