import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Tells a process from all others, those that get its number later included. */
export interface ProcessIdentity {
  /** The machine since its last start, or the container. */
  readonly host: string;
  readonly pid: number;
  /** When the process was started, in the system's own measure; empty where the system does not tell. */
  readonly startedAt: string;
}

export function ownIdentity(): ProcessIdentity {
  return { host: hostIdentity(), pid: process.pid, startedAt: startOf(process.pid) ?? '' };
}

/** Whether the process runs; undefined when it is of another machine. */
export function isRunning({ host, pid, startedAt }: ProcessIdentity): boolean | undefined {
  if (host !== hostIdentity()) return undefined;
  const start = startOf(pid);
  if (start !== undefined) return start === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function hostIdentity(): string {
  try {
    return `${hostname()}/${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
  } catch {
    return hostname();
  }
}

/** Undefined where there is no such process, or no such file system. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    return state === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
