import { timingSafeEqual } from 'node:crypto';
import type { ResourceKind } from '../objects/resource-kind.ts';
import { forbidden, qualified, StatusError } from './status-error.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** What somebody may do, as a rule of a Role or ClusterRole has it; `*` is everything. */
export interface AccessRule {
  readonly apiGroups: readonly string[];
  /** Also `services/status`. */
  readonly resources: readonly string[];
  readonly verbs: readonly (Verb | '*')[];
  /** Default: all, and what is in none. */
  readonly namespaces?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface User {
  readonly name: string;
  readonly token: string;
  readonly rules: readonly AccessRule[];
}

export interface Attempt {
  readonly verb: Verb;
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** Who that is. @throws StatusError 401. */
export function authenticated(users: readonly User[], authorization: string | undefined): User {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const user = users.find((one) => sameText(one.token, token));
  if (user === undefined) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  return user;
}

export function mayDo(user: User, { verb, kind, namespace, name, subresource }: Attempt): boolean {
  const resource = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
  const has = (list: readonly string[], one: string) => list.includes('*') || list.includes(one);
  return user.rules.some(
    (rule) =>
      has(rule.apiGroups, kind.group) &&
      has(rule.resources, resource) &&
      has(rule.verbs, verb) &&
      (rule.namespaces === undefined || has(rule.namespaces, namespace)) &&
      (rule.resourceNames === undefined || rule.resourceNames.includes(name)),
  );
}

/** @throws StatusError 403, in the words of the API. */
export function authorize(user: User, attempt: Attempt): void {
  if (mayDo(user, attempt)) return;
  const { verb, kind, namespace, name, subresource } = attempt;
  const resource = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const why = `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${kind.group}" ${where}`;
  if (subresource === '') throw forbidden(kind, name, why);
  const what = `${qualified({ ...kind, plural: resource })}`;
  throw new StatusError(403, 'Forbidden', `${what}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`);
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
