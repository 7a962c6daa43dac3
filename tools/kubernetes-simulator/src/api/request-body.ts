import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../objects/kube-object.ts';
import { decoded } from './patch-body.ts';
import { badRequest, StatusError } from './status-error.ts';

export async function textOf(request: IncomingMessage): Promise<string> {
  const type = request.headers['content-type'] ?? '';
  if (type.includes('protobuf'))
    throw new StatusError(415, 'UnsupportedMediaType', `this cluster reads JSON and YAML, not ${type}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  return objectIn(await textOf(request));
}

/** @throws StatusError 400 when it is no object. */
export function objectIn(text: string): JsonObject {
  const body = decoded(text);
  if (!isObject(body)) throw badRequest("couldn't get version/kind; json parse error: the body is no object");
  return body;
}
