import type { BackendCleanOptions, PluginLogger } from '@lithops/core/plugin';
import { failureOf } from './aws/aws-error.ts';
import { deleteRoles } from './deploy/delete-roles.ts';
import { EcrRegistry } from './deploy/ecr-registry.ts';
import { deleteLogGroups } from './deploy/log-groups.ts';
import type { RuntimeFunctions } from './runtime-functions.ts';
import type { LambdaSettings } from './settings.ts';

/**
 * Deletes what was made in an account and region, whoever has: functions and their logs; with `everything` roles and
 * repositories, too. @returns what was deleted @throws InvocationError
 */
export async function cleanAccount(
  functions: RuntimeFunctions,
  settings: LambdaSettings,
  { scope, signal }: BackendCleanOptions,
  logger: PluginLogger,
): Promise<string[]> {
  const deleted = (await functions.deleteAll(signal)).map((name) => `function ${name}`);
  const also = async (what: string, deleteThem: () => Promise<string[]>) => {
    if (signal.aborted) return;
    try {
      deleted.push(...(await deleteThem()).map((name) => `${what} ${name}`));
    } catch (error) {
      // Who may not even look for them has most likely made none.
      if (!/^AccessDenied/.test(failureOf((error as Error).cause).code)) throw error;
      logger.warn(`each ${what} is left where it is: ${(error as Error).message}`);
    }
  };
  await also('log group', () => deleteLogGroups(settings, signal));
  if (scope !== 'everything') return deleted;
  await also('role', () => deleteRoles(settings, signal));
  await also('repository', async () => {
    await using registry = new EcrRegistry(settings);
    return await registry.deleteRepositories(signal);
  });
  return deleted;
}
