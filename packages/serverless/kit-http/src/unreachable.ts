import { WorkerLostError } from '@lithops/core/plugin';

/** A request that was not answered. */
export function unreachable(error: unknown, url: URL): WorkerLostError {
  const why = error instanceof Error ? error.message : String(error);
  return new WorkerLostError(`no worker answers at ${url.origin}: ${why}`, { cause: error });
}
