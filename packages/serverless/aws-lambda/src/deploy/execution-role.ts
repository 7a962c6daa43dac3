import { createHash } from 'node:crypto';
import { CreateRoleCommand, GetRoleCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { ConfigError } from '@lithops/core/plugin';
import { awsError, failureOf } from '../aws/aws-error.ts';
import { roleClient } from '../aws/clients.ts';
import type { LambdaSettings } from '../settings.ts';

/** The role that functions run as. */
export interface ExecutionRole {
  readonly arn: string;
  /** Just made: it takes a while until all of AWS knows it. */
  readonly fresh: boolean;
}

/** What the names of roles that are made begin with. */
export const ROLE_PREFIX = 'lithops-worker-';
/** The tag by which they are found again. */
export const ROLE_TAG = { key: 'lithops-type', value: 'role' } as const;
export const ROLE_POLICY = 'lithops-worker';
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

/** The role that is configured, or made where that is asked for. @throws ConfigError, InvocationError */
export async function executionRole(settings: LambdaSettings): Promise<ExecutionRole> {
  const { executionRole: role } = settings;
  if (role === undefined)
    throw new ConfigError('aws_lambda.execution_role is needed: the role that functions run as', {
      hint: "set it to the ARN of a role, or to 'create' to have one made with no more rights than workers need",
    });
  if (role !== 'create') return { arn: role, fresh: false };
  const client = roleClient(settings);
  try {
    return await makeRole(client, settings);
  } catch (error) {
    throw awsError('make the execution role', error);
  } finally {
    client.destroy();
  }
}

async function makeRole(client: IAMClient, settings: LambdaSettings): Promise<ExecutionRole> {
  const policy = JSON.stringify(workerPolicy(settings));
  const hash = createHash('sha256').update(policy).digest('hex').slice(0, 8);
  const RoleName = `${ROLE_PREFIX}${hash}`;
  const found = await findRole(client, RoleName);
  if (found !== undefined) return { arn: found, fresh: false };
  try {
    await client.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify(TRUST),
        Description: 'What functions of Lithops run as',
        Tags: Object.entries({ ...settings.userTags, [ROLE_TAG.key]: ROLE_TAG.value }).map(([Key, Value]) => ({
          Key,
          Value,
        })),
      }),
    );
  } catch (error) {
    // Another client makes the same.
    if (failureOf(error).code !== 'EntityAlreadyExistsException') throw error;
  }
  await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: ROLE_POLICY, PolicyDocument: policy }));
  const arn = await findRole(client, RoleName);
  if (arn === undefined) throw new Error(`IAM does not know role ${RoleName}, which it has just made`);
  return { arn, fresh: true };
}

async function findRole(client: IAMClient, RoleName: string): Promise<string | undefined> {
  try {
    const { Role } = await client.send(new GetRoleCommand({ RoleName }));
    return Role?.Arn;
  } catch (error) {
    if (failureOf(error).code === 'NoSuchEntityException') return undefined;
    throw error;
  }
}

/** What workers may do: write logs, reach the buckets of jobs, and be in a network and on a file system where that is configured. */
export function workerPolicy({ roleBuckets = ['lithops-*'], vpc, efs = [] }: LambdaSettings): object {
  const statement = (Action: readonly string[], Resource: readonly string[]) => ({ Effect: 'Allow', Action, Resource });
  return {
    Version: '2012-10-17',
    Statement: [
      statement(
        ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        ['arn:aws:logs:*:*:log-group:/aws/lambda/*'],
      ),
      statement(
        ['s3:ListBucket', 's3:GetBucketLocation'],
        roleBuckets.map((bucket) => `arn:aws:s3:::${bucket}`),
      ),
      statement(
        ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
        roleBuckets.map((bucket) => `arn:aws:s3:::${bucket}/*`),
      ),
      ...(vpc === undefined
        ? []
        : [
            statement(
              [
                'ec2:CreateNetworkInterface',
                'ec2:DescribeNetworkInterfaces',
                'ec2:DescribeSubnets',
                'ec2:DeleteNetworkInterface',
                'ec2:AssignPrivateIpAddresses',
                'ec2:UnassignPrivateIpAddresses',
              ],
              ['*'],
            ),
          ]),
      ...(efs.length === 0
        ? []
        : [
            statement(
              ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
              ['arn:aws:elasticfilesystem:*:*:file-system/*'],
            ),
          ]),
    ],
  };
}
