import type { KnativeConfig } from './config.ts';

/** What is used where a configuration says nothing. */
export const DEFAULTS = {
  runtimeMemory: 512,
  runtimeCpu: 1,
  runtimeTimeout: 600,
  maxWorkers: 100,
  minWorkers: 0,
  workerProcesses: 1,
  scaleDownDelay: '5m',
  deployTimeout: 300,
  startTimeout: 300,
} as const;

export type KnativeSettings = KnativeConfig & {
  readonly [Key in keyof typeof DEFAULTS]: NonNullable<KnativeConfig[Key]>;
};

export function withDefaults(config: KnativeConfig): KnativeSettings {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  return { ...DEFAULTS, ...given };
}

/** The largest encoded invocation and event: whatever passes is held in the memory of a worker, several times. */
export function mostBytes({ runtimeMemory }: KnativeSettings): number {
  return Math.min(64, Math.floor(runtimeMemory / 16)) * 2 ** 20;
}
