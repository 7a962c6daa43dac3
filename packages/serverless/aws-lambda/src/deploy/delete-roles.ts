import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  type IAMClient,
  ListRoleTagsCommand,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import { awsError, failureOf } from '../aws/aws-error.ts';
import { roleClient } from '../aws/clients.ts';
import type { LambdaSettings } from '../settings.ts';
import { ROLE_POLICY, ROLE_PREFIX, ROLE_TAG } from './execution-role.ts';

/** Deletes the roles that were made for functions, found by their names and tags, until the signal. @returns their names */
export async function deleteRoles(settings: LambdaSettings, signal: AbortSignal): Promise<string[]> {
  const client = roleClient(settings);
  const deleted: string[] = [];
  try {
    const names: string[] = [];
    for await (const { Roles = [] } of paginateListRoles({ client }, {}))
      for (const { RoleName = '' } of Roles) if (RoleName.startsWith(ROLE_PREFIX)) names.push(RoleName);
    for (const name of names) {
      if (signal.aborted) break;
      if (!(await isOurs(client, name))) continue;
      await unlessGone(client.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: ROLE_POLICY })));
      await unlessGone(client.send(new DeleteRoleCommand({ RoleName: name })));
      deleted.push(name);
    }
    return deleted;
  } catch (error) {
    throw awsError('delete execution roles', error);
  } finally {
    client.destroy();
  }
}

async function isOurs(client: IAMClient, RoleName: string): Promise<boolean> {
  const { Tags = [] } = await client.send(new ListRoleTagsCommand({ RoleName }));
  return Tags.some(({ Key, Value }) => Key === ROLE_TAG.key && Value === ROLE_TAG.value);
}

/** Somebody may have been quicker. */
async function unlessGone(deleting: Promise<unknown>): Promise<void> {
  try {
    await deleting;
  } catch (error) {
    if (failureOf(error).code !== 'NoSuchEntityException') throw error;
  }
}
