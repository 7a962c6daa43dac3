import type { NormalizedSchema } from '@smithy/core/schema';
import type { Operation } from './operations.ts';
import type { ServiceError } from './service-error.ts';

export interface RawResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer | AsyncIterable<Uint8Array>;
}

/** Puts the output of an operation where the SDK looks for it: status, headers, body. */
export function encodeOutput({ output, status }: Operation, value: Readonly<Record<string, unknown>>): RawResponse {
  const headers: Record<string, string> = {};
  const document: Record<string, unknown> = {};
  let code = status;
  let payload: Buffer | undefined;
  for (const [name, schema] of output.isUnitSchema() ? [] : output.structIterator()) {
    const member = value[name];
    if (member === undefined) continue;
    const traits = schema.getMergedTraits();
    if (traits.httpResponseCode) code = Number(member);
    else if (traits.httpHeader !== undefined) headers[String(traits.httpHeader)] = String(member);
    else if (traits.httpPayload)
      payload = member as Buffer; // the API's only payloads are blobs
    else document[name] = toJson(schema, member);
  }
  if (code === 204) return { status: code, headers, body: Buffer.alloc(0) };
  headers['content-type'] ??= 'application/json';
  return { status: code, headers, body: payload ?? Buffer.from(output.isUnitSchema() ? '' : JSON.stringify(document)) };
}

export function encodeError({ name, message, status, members }: ServiceError): RawResponse {
  const { retryAfterSeconds, ...rest } = members;
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': name,
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: Buffer.from(JSON.stringify({ ...rest, message, Message: message })),
  };
}

/** A member of an output, as it is written in JSON. */
export function toJson(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (schema.isStructSchema()) {
    const fields = value as Record<string, unknown>; // outputs are typed by the SDK
    return Object.fromEntries(
      [...schema.structIterator()].map(([name, member]) => [name, toJson(member, fields[name])]),
    );
  }
  if (schema.isListSchema()) return (value as unknown[]).map((item) => toJson(schema.getValueSchema(), item));
  if (schema.isTimestampSchema()) return (value as Date).getTime() / 1000;
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString('base64');
  return value;
}
