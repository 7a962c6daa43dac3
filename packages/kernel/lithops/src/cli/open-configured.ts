import type { BackendAbility, OpenAbility } from '@lithops/core';
import { type CommonOptions, toExecutorOptions } from './common-options.ts';

/** What the configured backend can be asked for, beside running tasks. @throws ConfigError where it has no such thing */
export async function openConfigured<Ability extends BackendAbility>(
  options: CommonOptions,
  ability: Ability,
): Promise<OpenAbility<Ability>> {
  const { openAbility } = await import('../index.ts');
  return openAbility(toExecutorOptions(options), ability);
}
