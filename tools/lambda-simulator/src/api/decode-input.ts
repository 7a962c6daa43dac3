import type { NormalizedSchema } from '@smithy/core/schema';
import type { Route } from './operations.ts';
import { ServiceError } from './service-error.ts';

export interface RawRequest {
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The input of an operation from the places in which the SDK puts it: path, query, headers and body. */
export function decodeInput({ operation, labels }: Route, request: RawRequest): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  let document: Record<string, unknown> | undefined;
  for (const [name, schema] of operation.input.isUnitSchema() ? [] : operation.input.structIterator()) {
    const traits = schema.getMergedTraits();
    if (traits.httpLabel) input[name] = fromText(schema, [labels[name] ?? '']);
    else if (traits.httpQuery !== undefined)
      input[name] = fromText(schema, request.query.getAll(String(traits.httpQuery)));
    else if (traits.httpHeader !== undefined) input[name] = request.headers[String(traits.httpHeader).toLowerCase()];
    else if (traits.httpPayload) input[name] = request.body.length === 0 ? undefined : request.body;
    else {
      document ??= parsed(request.body);
      input[name] = fromJson(schema, document[name], name);
    }
    if (input[name] === undefined) delete input[name];
  }
  return input;
}

function parsed(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw new ServiceError('SerializationException', 'Could not parse request body into json');
}

function fromText(schema: NormalizedSchema, values: readonly string[]): unknown {
  if (schema.isListSchema()) return values.length === 0 ? undefined : values;
  const [value] = values;
  if (value === undefined) return undefined;
  if (schema.isNumericSchema()) return Number(value);
  if (schema.isBooleanSchema()) return value === 'true';
  return value;
}

/** A member of a JSON document, as its schema has it. @throws ServiceError SerializationException */
export function fromJson(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (value === undefined || value === null) return undefined;
  if (schema.isStructSchema()) {
    const fields = expect(value, 'object', path) as Record<string, unknown>;
    const members = [...schema.structIterator()].map(([name, member]) => [
      name,
      fromJson(member, fields[name], `${path}.${name}`),
    ]);
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw unexpected(value, 'list', path);
    return value.map((item, index) => fromJson(schema.getValueSchema(), item, `${path}[${index}]`));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(expect(value, 'object', path) as Record<string, unknown>);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, fromJson(schema.getValueSchema(), item, `${path}.${key}`)]),
    );
  }
  if (schema.isBlobSchema()) return Buffer.from(String(expect(value, 'string', path)), 'base64');
  if (schema.isStringSchema()) return expect(value, 'string', path);
  if (schema.isBooleanSchema()) return expect(value, 'boolean', path);
  if (schema.isNumericSchema()) return expect(value, 'number', path);
  return value;
}

function expect(value: unknown, type: 'object' | 'string' | 'boolean' | 'number', path: string): unknown {
  if (typeof value !== type || Array.isArray(value)) throw unexpected(value, type, path);
  return value;
}

function unexpected(value: unknown, type: string, path: string): ServiceError {
  return new ServiceError('SerializationException', `${path}: ${typeof value} can not be converted to ${type}`);
}
