import { notFound } from '../api/service-error.ts';

export interface Account {
  readonly region: string;
  readonly accountId: string;
}

export function functionArn({ region, accountId }: Account, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

/** The name within `name`, `account:function:name`, or an ARN, each with or without a qualifier. */
export function nameOf(account: Account, given: string): string {
  const [, owner = account.accountId, name = given] =
    /^(?:(?:arn:aws[\w-]*:lambda:)?(?:[a-z][\w-]+-\d:)?(?:(\d{12}):)?(?:function:)?)?([\w.-]+)(?::[\w$.-]+)?$/.exec(
      given,
    ) ?? [];
  if (owner !== account.accountId) throw notFound(`Function not found: ${given}`);
  return name;
}
