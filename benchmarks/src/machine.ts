import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** What a number is worth nothing without. */
export interface Machine {
  readonly cpus: readonly string[];
  readonly memoryGigabytes: number;
  readonly kernel: string;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  return {
    cpus: cpus().map(({ model }) => model),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    system: systemName(),
    node: process.version,
  };
}

/** Load of the last minute, before and after: other work on the machine spoils a run. */
export function loadAverage(): number {
  return loadavg()[0] ?? Number.NaN;
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
