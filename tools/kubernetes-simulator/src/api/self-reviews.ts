import { KINDS } from '../objects/kinds.ts';
import { at, type JsonObject } from '../objects/kube-object.ts';
import { mayDo, type User, type Verb } from './access.ts';

/** A SelfSubjectAccessReview: what somebody may do. */
export function accessReview(user: User, body: JsonObject): object {
  const asked = (field: string) => String(at(body, 'spec', 'resourceAttributes', field) ?? '');
  const kind = KINDS.find(({ group, plural }) => group === asked('group') && plural === asked('resource'));
  const [namespace, name, subresource] = [asked('namespace'), asked('name'), asked('subresource')];
  const verb = asked('verb') as Verb; // one that there is not is allowed by no rule but `*`
  const allowed = kind !== undefined && mayDo(user, { verb, kind, namespace, name, subresource });
  return { ...body, status: { allowed } };
}
