import { createHash } from 'node:crypto';

/**
 * Asks another service of AWS, or what stands for it: moto looks only at whom a request is for, in its signature.
 */
export async function askService(
  endpoint: string,
  service: string,
  path: string,
  form?: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const response = await fetch(new URL(path, endpoint), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=lambda/${day}/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      'x-amz-content-sha256': createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
      ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

/** The text of the first element of this name. */
export function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
