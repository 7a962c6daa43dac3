import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** On every container of ours. */
export const ROLE_LABEL = 'lithops.role';
const EXECUTOR_LABEL = 'lithops.executor';
/** Which machine, as far as processes are numbered, the client is on. */
export const MACHINE_LABEL = 'lithops.client.machine';
export const PROCESS_LABEL = 'lithops.client.process';

/** What tells, later and from outside, whose a container is. */
export function containerLabels(executorId: string): Record<string, string> {
  return {
    [ROLE_LABEL]: 'worker',
    [EXECUTOR_LABEL]: executorId,
    [MACHINE_LABEL]: machineId(),
    [PROCESS_LABEL]: processId(process.pid) ?? String(process.pid),
  };
}

/** The same for all processes that see each other's numbers, and for no others. */
export function machineId(): string {
  const parts = [hostname(), read('/proc/sys/kernel/random/boot_id'), link('/proc/self/ns/pid')];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** Number and start of a process: numbers are given again. Undefined when there is no such process. */
export function processId(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
  }
  // Behind the name, which may hold anything: state, parent ... and as the 20th the time it was started.
  const stat = read(`/proc/${pid}/stat`);
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return start === undefined || start === '' ? String(pid) : `${pid}@${start}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
