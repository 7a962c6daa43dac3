import { PODS, SECRETS } from '../objects/kinds.ts';
import { at, type KubeObject } from '../objects/kube-object.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';
import { badRequest } from './status-error.ts';

export type Selector = (object: KubeObject) => boolean;

const KEY = `[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?(/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?`;
const VALUE = '[A-Za-z0-9]?[-A-Za-z0-9_.]*';
const EXISTS = new RegExp(`^(?<not>!)?\\s*(?<key>${KEY})$`);
const EQUALS = new RegExp(`^(?<key>${KEY})\\s*(?<operator>=|==|!=)\\s*(?<value>${VALUE})$`);
const ONE_OF = new RegExp(`^(?<key>${KEY})\\s+(?<operator>in|notin)\\s+\\((?<values>[^()]*)\\)$`);

/** @throws StatusError 400 when it is no selector. */
export function labelSelector(text: string): Selector {
  const requirements = text.trim() === '' ? [] : splitRequirements(text).map((part) => requirement(part.trim()));
  return ({ metadata }) => requirements.every((holds) => holds(metadata.labels ?? {}));
}

/** Fields that objects can be chosen by: name and namespace of all, and a few of some. */
export function fieldSelector(kind: ResourceKind, text: string): Selector {
  const known = ['metadata.name', 'metadata.namespace', ...(kind === PODS ? POD_FIELDS : [])];
  if (kind === SECRETS) known.push('type');
  if (kind.kind === 'Event') known.push(...EVENT_FIELDS);
  const parts = text.split(',').filter((part) => part.trim() !== '');
  const requirements = parts.map((part) => {
    const [, field = '', operator = '', value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(part.trim()) ?? [];
    if (field === '') throw badRequest(`Unable to find "${kind.plural}" that match: invalid selector: '${part}'`);
    if (!known.includes(field)) throw badRequest(`field label not supported: ${field}`);
    const path = field.split('.');
    return (object: KubeObject) => (String(at(object, ...path) ?? '') === value) === (operator !== '!=');
  });
  return (object) => requirements.every((holds) => holds(object));
}

const POD_FIELDS = ['spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName', 'status.phase', 'status.podIP'];
const EVENT_FIELDS = [
  ...['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid'],
  ...['reason', 'type'],
];

type Labels = Readonly<Record<string, string>>;

function requirement(text: string): (labels: Labels) => boolean {
  const exists = EXISTS.exec(text)?.groups;
  if (exists !== undefined) {
    const { key = '', not } = exists;
    return (labels) => (labels[key] !== undefined) === (not === undefined);
  }
  const equals = EQUALS.exec(text)?.groups;
  if (equals !== undefined) {
    const { key = '', operator, value } = equals;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const oneOf = ONE_OF.exec(text)?.groups;
  if (oneOf !== undefined) {
    const { key = '', operator, values = '' } = oneOf;
    const allowed = values.split(',').map((value) => value.trim());
    return (labels) => {
      const label = labels[key];
      return (label !== undefined && allowed.includes(label)) === (operator === 'in');
    };
  }
  throw badRequest(`unable to parse requirement: found '${text}', expected: a label requirement`);
}

/** At commas outside of parentheses. */
function splitRequirements(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}
