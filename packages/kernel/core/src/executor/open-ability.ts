import { ConfigError } from '../errors/config-error.ts';
import type { ComputeBackend } from '../plugin/compute-plugin.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { openBackend } from './open-backend.ts';

/** Groups of methods that a backend may have, for those who look at it from outside of an executor. */
export type BackendAbility = 'jobs' | 'workers' | 'logs' | 'shell' | 'images';

/** An ability of a backend, without an executor. */
export interface OpenAbility<Ability extends BackendAbility> extends AsyncDisposable {
  /** Name of the backend. */
  readonly backend: string;
  readonly ability: NonNullable<ComputeBackend[Ability]>;
}

const MISSING: Readonly<Record<BackendAbility, string>> = {
  jobs: 'keeps no list of jobs: only the process that has started them knows of them',
  workers: 'tells nothing of its workers',
  logs: 'keeps no logs of jobs: they are on the futures of the process that has started them',
  shell: 'has no machine that a shell could be opened on',
  images: 'makes no machines, and has no images of them',
};

/** Opens one of the abilities of the configured backend. @throws ConfigError where it does not have it; PluginNotFoundError */
export async function openAbility<Ability extends BackendAbility>(
  options: ExecutorOptions,
  name: Ability,
): Promise<OpenAbility<Ability>> {
  const opened = await openBackend(options);
  const { backend } = opened;
  const ability = backend[name];
  if (ability !== undefined && ability !== null)
    return { backend: opened.name, ability, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  await opened[Symbol.asyncDispose]();
  throw new ConfigError(`backend '${opened.name}' ${MISSING[name]}`, {
    hint: `${name === 'images' ? '' : '`-b vm` does, and '}backends of clouds in mode standalone do`,
  });
}
