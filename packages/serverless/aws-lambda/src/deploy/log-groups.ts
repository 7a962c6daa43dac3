import { awsError, failureOf } from '../aws/aws-error.ts';
import { connectionOf } from '../aws/clients.ts';
import type { LambdaSettings } from '../settings.ts';
import { functionPrefix } from './function-plan.ts';

const MOST_ATTEMPTS = 6;

/** Deletes the log groups of functions of ours, of those too that are gone, until the signal. @returns their names */
export async function deleteLogGroups(settings: LambdaSettings, signal: AbortSignal): Promise<string[]> {
  const { CloudWatchLogsClient, DeleteLogGroupCommand, paginateDescribeLogGroups } = await import(
    '@aws-sdk/client-cloudwatch-logs'
  );
  const client = new CloudWatchLogsClient({ ...connectionOf(settings), maxAttempts: MOST_ATTEMPTS });
  const prefix = `/aws/lambda/${functionPrefix(settings)}`;
  const deleted: string[] = [];
  try {
    const names: string[] = [];
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: prefix }))
      for (const { logGroupName: name = '' } of logGroups)
        if (/^[0-9a-f]{16}$/.test(name.slice(prefix.length))) names.push(name);
    for (const logGroupName of names) {
      if (signal.aborted) break;
      try {
        await client.send(new DeleteLogGroupCommand({ logGroupName }));
        deleted.push(logGroupName);
      } catch (error) {
        // Somebody has been quicker.
        if (failureOf(error).code !== 'ResourceNotFoundException') throw error;
      }
    }
    return deleted;
  } catch (error) {
    throw awsError('delete log groups', error);
  } finally {
    client.destroy();
  }
}
