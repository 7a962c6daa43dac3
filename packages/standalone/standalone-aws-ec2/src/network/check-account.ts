import { ConfigError } from '@lithops/core/plugin';
import type { Ec2Config } from '../config.ts';

/** @throws ConfigError when the credentials are not of the account that is configured */
export function checkAccount({ accountId }: Ec2Config, owner: string): void {
  if (accountId === undefined || String(accountId).padStart(12, '0') === owner) return;
  throw new ConfigError(`the credentials are of account ${owner}, and account_id is ${accountId}`, {
    hint: 'correct aws_ec2.account_id, or take other credentials',
  });
}
