import { invalidParameter } from '../api/service-error.ts';
import { askService, elementOf } from './aws-service.ts';

export interface RoleCheckOptions {
  /** Of IAM; without one every role of the account counts as there. */
  readonly endpoint: string | undefined;
  readonly accountId: string;
  /** How long a role is unknown to Lambda after it was created. */
  readonly delayMs: number;
}

interface TrustPolicy {
  readonly Statement?: unknown;
}

/** @throws ServiceError when Lambda cannot assume a role: another account's, not there, not trusting it, too new. */
export async function checkRole(role: string, { endpoint, accountId, delayMs }: RoleCheckOptions): Promise<void> {
  const [, account, path = ''] = /^arn:[^:]+:iam::(\d{12}):role\/(.+)$/.exec(role) ?? [];
  if (account !== accountId) throw invalidParameter('Cross-account pass role is not allowed.');
  if (endpoint === undefined) return;
  const RoleName = path.split('/').at(-1) ?? '';
  const { status, body } = await askService(endpoint, 'iam', '/', {
    Action: 'GetRole',
    Version: '2010-05-08',
    RoleName,
  });
  const xml = body.toString('utf8');
  const created = Date.parse(elementOf(xml, 'CreateDate') ?? '');
  const trust = decodeURIComponent(elementOf(xml, 'AssumeRolePolicyDocument') ?? '');
  if (status !== 200 || !trustsLambda(trust) || Date.now() - created < delayMs)
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
}

function trustsLambda(document: string): boolean {
  const text = document.replaceAll('&quot;', '"');
  if (text === '') return false;
  const { Statement }: TrustPolicy = JSON.parse(text);
  return [Statement].flat().some((statement) => {
    const { Effect, Principal, Action } = statement as {
      Effect?: string;
      Principal?: { Service?: unknown };
      Action?: unknown;
    };
    return (
      Effect === 'Allow' &&
      [Action].flat().includes('sts:AssumeRole') &&
      [Principal?.Service].flat().includes('lambda.amazonaws.com')
    );
  });
}
