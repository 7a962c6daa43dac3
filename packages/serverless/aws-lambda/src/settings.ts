import { processesFor } from '@lithops/worker/lambda';
import type { LambdaConfig } from './config.ts';

/** What is used where a configuration says nothing. */
export const DEFAULTS = {
  runtimeMemory: 256,
  runtimeTimeout: 180,
  ephemeralStorage: 512,
  architecture: 'x86_64',
  maxWorkers: 1000,
  responseStreaming: true,
  deployTimeout: 300,
  startTimeout: 300,
} as const;

export type LambdaSettings = LambdaConfig & {
  readonly [Key in keyof typeof DEFAULTS]: NonNullable<LambdaConfig[Key]>;
} & { readonly runtime: string };

export function withDefaults(config: LambdaConfig): LambdaSettings {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, runtime: ownRuntime(), ...given };
}

/** Calls that a worker with so many MB runs at once. */
export function processesOf({ workerProcesses }: LambdaSettings, memory: number): number {
  return workerProcesses ?? processesFor(memory);
}

/** Tasks are to run in what they were written for. */
function ownRuntime(): string {
  return process.versions.node.startsWith('22.') ? 'nodejs22.x' : 'nodejs24.x';
}
