import { badRequest, invalid, type StatusCause, type StatusError } from '../api/status-error.ts';
import { NAMESPACES, SECRETS, SERVICES } from '../objects/kinds.ts';
import type { JsonObject, KubeObject } from '../objects/kube-object.ts';
import { asKube, at } from '../objects/kube-object.ts';
import { type ResourceKind, type SchemaComplaint, schemaComplaints } from '../objects/resource-kind.ts';

/** Checks an object by the rules that all kinds share, and by the official schema of its kind. @throws StatusError 400 or 422. */
export function checkObject<Shape extends KubeObject>(kind: ResourceKind<Shape>, object: JsonObject): Shape {
  const complaints = schemaComplaints(kind, object);
  const name = String(at(object, 'metadata', 'name') ?? '');
  if (complaints.length > 0) throw refusal(kind, name, object, complaints);
  const shaped = asKube<Shape>(object);
  const causes = [...nameCauses(kind, name), ...labelCauses(shaped), ...contentCauses(kind, object)];
  if (causes.length > 0) throw invalid(kind, name, causes);
  return shaped;
}

/** A field of the wrong type cannot be decoded (400) by built-in kinds; custom ones check it like all else (422). */
function refusal(
  kind: ResourceKind,
  name: string,
  object: JsonObject,
  complaints: readonly SchemaComplaint[],
): StatusError {
  const wrongType = complaints.find(({ keyword }) => keyword === 'type');
  if (wrongType !== undefined && !kind.custom) {
    const field = `${kind.kind}.${dotted(wrongType)}`;
    const is = goType(at(object, ...steps(wrongType)));
    const why = `json: cannot unmarshal ${is} into Go struct field ${field} of type ${String(wrongType.params['type'])}`;
    return badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
  }
  return invalid(
    kind,
    name,
    complaints.map((complaint) => causeOf(complaint, object)),
  );
}

function causeOf(complaint: SchemaComplaint, object: JsonObject): StatusCause {
  const { keyword, params } = complaint;
  const path = dotted(complaint);
  const value = JSON.stringify(at(object, ...steps(complaint)));
  if (keyword === 'required') {
    const field = [path, String(params['missingProperty'])].filter(Boolean).join('.');
    return { reason: 'FieldValueRequired', message: 'Required value', field };
  }
  if (keyword === 'enum') {
    const allowed = Array.isArray(params['allowedValues']) ? params['allowedValues'].map((one) => `"${one}"`) : [];
    const message = `Unsupported value: ${value}: supported values: ${allowed.join(', ')}`;
    return { reason: 'FieldValueNotSupported', message, field: path };
  }
  const rule =
    keyword === 'type'
      ? `must be of type ${String(params['type'])}: ${value}`
      : `${complaint.message ?? `must match ${keyword} ${JSON.stringify(params)}`}`;
  const reason = keyword === 'type' ? 'FieldValueTypeInvalid' : 'FieldValueInvalid';
  return { reason, message: `Invalid value: ${value}: ${path} in body ${rule}`, field: path };
}

function steps({ instancePath }: SchemaComplaint): string[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function dotted(complaint: SchemaComplaint): string {
  return steps(complaint)
    .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

function nameCauses(kind: ResourceKind, name: string): StatusCause[] {
  const field = 'metadata.name';
  if (name === '')
    return [{ reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field }];
  const isLabel = kind === NAMESPACES || kind === SERVICES;
  const [pattern, rule, most] =
    kind === SERVICES
      ? [LABEL_1035, LABEL_1035_RULE, 63]
      : isLabel
        ? [LABEL, LABEL_RULE, 63]
        : [SUBDOMAIN, SUBDOMAIN_RULE, 253];
  const wrong = [
    ...(pattern.test(name) ? [] : [rule]),
    ...(name.length > most ? [`must be no more than ${most} characters`] : []),
  ];
  return wrong.map((why) => ({ reason: 'FieldValueInvalid', message: `Invalid value: "${name}": ${why}`, field }));
}

const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function labelCauses({ metadata }: KubeObject): StatusCause[] {
  const keys = (labels: object | undefined, field: string) =>
    Object.keys(labels ?? {})
      .filter((key) => !isQualifiedName(key))
      .map((key) => {
        const message = `Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`;
        return { reason: 'FieldValueInvalid', message, field };
      });
  const values = Object.values(metadata.labels ?? {}).flatMap((value) => {
    const wrong = value.length > 63 ? 'must be no more than 63 characters' : LABEL_VALUE_RULE;
    if (value.length <= 63 && LABEL_VALUE.test(value)) return [];
    return { reason: 'FieldValueInvalid', message: `Invalid value: "${value}": ${wrong}`, field: 'metadata.labels' };
  });
  return [
    ...keys(metadata.labels, 'metadata.labels'),
    ...values,
    ...keys(metadata.annotations, 'metadata.annotations'),
  ];
}

function isQualifiedName(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  if (more.length > 0 || name.length > 63 || !QUALIFIED_NAME.test(name)) return false;
  return prefix === undefined || (SUBDOMAIN.test(prefix) && prefix.length <= 253);
}

/** What the schema of a kind cannot say. */
function contentCauses(kind: ResourceKind, object: JsonObject): StatusCause[] {
  if (kind !== SECRETS) return [];
  if (at(object, 'type') !== 'kubernetes.io/dockerconfigjson') return [];
  const field = 'data[.dockerconfigjson]';
  const content = at(object, 'data', '.dockerconfigjson');
  if (typeof content !== 'string') return [{ reason: 'FieldValueRequired', message: 'Required value', field }];
  try {
    JSON.parse(Buffer.from(content, 'base64').toString());
    return [];
  } catch (error) {
    const message = `Invalid value: "<secret contents redacted>": ${String(error)}`;
    return [{ reason: 'FieldValueInvalid', message, field }];
  }
}
