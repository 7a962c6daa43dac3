import { totalmem } from 'node:os';

/** What an idle worker takes, and as much again for its tasks. */
const PROCESS_BYTES = 128 * 1024 * 1024;

/**
 * Worker processes that there is memory for beside this one, at least 1: an executor within a task of a small container, or of a
 * function with 256 MB, is not to be the end of it.
 * @param memory bytes that this process and its children may use together
 */
export function fittingProcesses(memory: number = usableMemory()): number {
  return Math.max(1, Math.floor(memory / PROCESS_BYTES) - 1);
}

/** The machine's memory, or the limit of the container. */
function usableMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
