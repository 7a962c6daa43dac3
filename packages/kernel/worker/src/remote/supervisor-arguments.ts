/** How a supervisor is to run its worker processes. */
export interface SupervisorOptions {
  /** Worker processes at once. */
  readonly processes: number;
  /** MB of heap for each; absent: Node's own. */
  readonly heapMegabytes?: number;
}

/** The arguments after `worker.mjs` that make a supervisor of it. */
export function supervisorArguments({ processes, heapMegabytes }: SupervisorOptions): string[] {
  return ['--stdio', `--processes=${processes}`, ...(heapMegabytes === undefined ? [] : [`--heap=${heapMegabytes}`])];
}

/** The options that arguments after `--stdio` stand for; undefined when they are none. */
export function parseSupervisorArguments(args: readonly string[]): SupervisorOptions | undefined {
  let options: SupervisorOptions = { processes: 1 };
  for (const argument of args) {
    const [, name, value] = /^--(processes|heap)=([1-9]\d*)$/.exec(argument) ?? [];
    if (name === 'processes') options = { ...options, processes: Number(value) };
    else if (name === 'heap') options = { ...options, heapMegabytes: Number(value) };
    else return undefined;
  }
  return options;
}
