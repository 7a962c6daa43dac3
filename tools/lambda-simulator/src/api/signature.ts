import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { CredentialStore, KnownCredentials } from '../credentials.ts';
import { ServiceError } from './service-error.ts';

export interface SignedRequest {
  readonly method: string;
  /** Still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const MAX_SKEW_MS = 5 * 60_000;

/**
 * Checks the Signature Version 4 of a request.
 * @returns who signed it. @throws ServiceError as the API says it.
 */
export async function verifySignature(
  request: SignedRequest,
  expected: { readonly region: string; readonly services: readonly string[]; readonly store: CredentialStore },
): Promise<KnownCredentials> {
  const authorization = request.headers['authorization'];
  if (authorization === undefined)
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const { accessKeyId, day, region, service, signedHeaders, signature } = parse(authorization);
  const credentials = expected.store.get(accessKeyId);
  if (credentials === undefined) throw unrecognized();
  if (expected.store.hasExpired(accessKeyId))
    throw new ServiceError('ExpiredTokenException', 'The security token included in the request is expired');
  if (credentials.sessionToken !== request.headers['x-amz-security-token']) throw unrecognized();
  if (region !== expected.region) throw invalid(`Credential should be scoped to a valid region, not '${region}'. `);
  if (!expected.services.includes(service))
    throw invalid(`Credential should be scoped to correct service: '${expected.services[0]}'. `);
  const signingDate = dateOf(request.headers['x-amz-date'], day);
  checkPayloadHash(request);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const signed = await signer.sign(
    new HttpRequest({
      method: request.method,
      path: request.path,
      query: queryOf(request.query),
      headers: Object.fromEntries(signedHeaders.map((name) => [name, request.headers[name] ?? ''])),
      body: request.body,
    }),
    { signingDate, signableHeaders: new Set(signedHeaders) },
  );
  if (!same(parse(signed.headers['authorization'] ?? '').signature, signature))
    throw invalid(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  return credentials;
}

interface Authorization {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parse(authorization: string): Authorization {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
      authorization,
    );
  if (match === null)
    throw new ServiceError(
      'IncompleteSignatureException',
      `'${authorization.split(' ')[0]}' not a valid key=value pair (missing equal-sign) in Authorization header.`,
    );
  const [, accessKeyId = '', day = '', region = '', service = '', headers = '', signature = ''] = match;
  return { accessKeyId, day, region, service, signedHeaders: headers.split(';'), signature };
}

/** When the request was signed. @throws ServiceError when that is too long ago, or yet to come. */
function dateOf(text: string | undefined, day: string): Date {
  const [, date = '', hours, minutes, seconds] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '') ?? [];
  if (date !== day)
    throw invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: '${day}' != '${text}'`,
    );
  const signed = new Date(`${date.replace(/^(\d{4})(\d\d)/, '$1-$2-')}T${hours}:${minutes}:${seconds}Z`);
  const late = Date.now() - signed.getTime();
  if (late > MAX_SKEW_MS) throw invalid(`Signature expired: ${text} is now earlier than the time allowed (5 min.)`);
  if (late < -MAX_SKEW_MS)
    throw invalid(`Signature not yet current: ${text} is still later than the time allowed (5 min.)`);
  return signed;
}

function checkPayloadHash({ headers, body }: SignedRequest): void {
  const told = headers['x-amz-content-sha256'];
  if (told === undefined || told === 'UNSIGNED-PAYLOAD') return;
  if (told !== createHash('sha256').update(body).digest('hex'))
    throw invalid("The value for 'x-amz-content-sha256' does not match the payload.");
}

function queryOf(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidSignatureException', message);
}

function unrecognized(): ServiceError {
  return new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
}
