import { ConfigError } from '../errors/config-error.ts';
import type { ExecutorOptions } from '../executor/executor-options.ts';
import { isPriority, PRIORITY_RULE } from '../job/priority.ts';
import { nearestName } from '../registry/nearest-name.ts';
import { COMPUTE_BACKENDS, modeOf } from '../registry/package-names.ts';

const OPTION_NAMES = [
  'config',
  'configFile',
  'mode',
  'backend',
  'storage',
  'runtime',
  'runtimeMemory',
  'maxWorkers',
  'workerProcesses',
  'timeout',
  'retries',
  'priority',
  'logLevel',
  'signal',
  'onLog',
  'observers',
] as const;
const MODES = ['localhost', 'serverless', 'standalone'] as const;

/** Looks at what can be seen of an executor's options by themselves. @throws ConfigError */
export function checkOptions(options: ExecutorOptions): void {
  for (const name of Object.keys(options)) {
    if ((OPTION_NAMES as readonly string[]).includes(name)) continue;
    const nearest = nearestName(name, OPTION_NAMES);
    throw new ConfigError(
      `executors have no option '${name}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`,
      { hint: `options are ${OPTION_NAMES.join(', ')}` },
    );
  }
  for (const name of ['maxWorkers', 'workerProcesses', 'runtimeMemory', 'retries'] as const) {
    const value = options[name];
    const least = name === 'retries' ? 0 : 1;
    if (value !== undefined && !(Number.isInteger(value) && value >= least))
      throw new ConfigError(`option ${name} is a whole number from ${least}, not ${String(value)}`);
  }
  if (options.priority !== undefined && !isPriority(options.priority))
    throw new ConfigError(`option ${PRIORITY_RULE}, not ${String(options.priority)}`);
  if (options.mode !== undefined && !MODES.includes(options.mode))
    throw new ConfigError(`option mode is one of ${MODES.join(', ')}, not '${String(options.mode)}'`);
}

/** @throws ConfigError when the options name a mode that the backend does not run in */
export function checkMode({ mode }: ExecutorOptions, backendName: string): void {
  const actual = modeOf(backendName);
  if (mode !== undefined && actual !== undefined && actual !== mode) {
    throw new ConfigError(`backend '${backendName}' runs in ${actual} mode, not in ${mode} mode`, {
      hint: `backends of ${mode} mode are ${COMPUTE_BACKENDS[mode].join(', ')}`,
    });
  }
}
