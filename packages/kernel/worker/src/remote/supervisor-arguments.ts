/** How a supervisor is to run its worker processes. */
export interface SupervisorOptions {
  /** Worker processes at once. */
  readonly processes: number;
  /** MB of heap for each; absent: Node's own. */
  readonly heapMegabytes?: number;
  /**
   * It ends when it has heard nothing for so long: where a connection may be cut without a word, nobody may be at its other
   * end. Absent: it ends when its input does.
   */
  readonly silenceSeconds?: number;
  /** The client means to talk to worker processes past it. */
  readonly direct?: boolean;
}

/** The arguments after `worker.mjs` that make a supervisor of it. */
export function supervisorArguments({ processes, heapMegabytes, silenceSeconds, direct }: SupervisorOptions): string[] {
  return [
    '--stdio',
    `--processes=${processes}`,
    ...(heapMegabytes === undefined ? [] : [`--heap=${heapMegabytes}`]),
    ...(silenceSeconds === undefined ? [] : [`--silence=${silenceSeconds}`]),
    ...(direct === true ? ['--direct'] : []),
  ];
}

/** The options that arguments after `--stdio` stand for; undefined when they are none. */
export function parseSupervisorArguments(args: readonly string[]): SupervisorOptions | undefined {
  let options: SupervisorOptions = { processes: 1 };
  for (const argument of args) {
    if (argument === '--direct') {
      options = { ...options, direct: true };
      continue;
    }
    const [, name, value] = /^--(processes|heap|silence)=([1-9]\d*)$/.exec(argument) ?? [];
    if (name === 'processes') options = { ...options, processes: Number(value) };
    else if (name === 'heap') options = { ...options, heapMegabytes: Number(value) };
    else if (name === 'silence') options = { ...options, silenceSeconds: Number(value) };
    else return undefined;
  }
  return options;
}
