import { createHash, createVerify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** Whose requests are answered. */
export interface Identity {
  readonly project: string;
  readonly email: string;
  readonly publicKey: string;
}

const SCOPES = ['cloud-platform', 'devstorage.read_write', 'devstorage.full_control'].map(
  (scope) => `https://www.googleapis.com/auth/${scope}`,
);

/** Checks who sends a request: by a token that a service account has signed itself, or by a signed address (V4). */
export class Verifier {
  readonly project: string;
  readonly #email: string;
  readonly #publicKey: string;

  constructor({ project, email, publicKey }: Identity) {
    this.project = project;
    this.#email = email;
    this.#publicKey = publicKey;
  }

  /** @throws ApiError */
  assertToken({ headers: { authorization } }: IncomingMessage): void {
    if (authorization === undefined)
      throw new ApiError(
        401,
        'required',
        'Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object.',
      );
    const [, header = '', claims = '', signature = ''] =
      /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization) ?? [];
    const { alg } = decode(header);
    const { iss, sub, scope, aud, iat, exp } = decode(claims);
    const now = Date.now() / 1000;
    const scopes = String(scope ?? '').split(' ');
    const right =
      alg === 'RS256' &&
      iss === this.#email &&
      sub === this.#email &&
      (scopes.some((one) => SCOPES.includes(one)) || /^https:\/\/storage\.googleapis\.com\//.test(String(aud))) &&
      Number(iat) <= now + 300 &&
      Number(exp) > now &&
      Number(exp) - Number(iat) <= 3600 &&
      this.#signed(`${header}.${claims}`, Buffer.from(signature, 'base64url'));
    if (!right) throw new ApiError(401, 'authError', 'Invalid Credentials');
  }

  /** @throws ApiError */
  assertSignedAddress(method: string, url: URL, host: string): void {
    const query = url.searchParams;
    const date = query.get('X-Goog-Date') ?? '';
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
    const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    const seconds = Number(query.get('X-Goog-Expires'));
    const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
    const pairs = [...query]
      .filter(([name]) => name !== 'X-Goog-Signature')
      .map(([name, value]) => `${strict(name)}=${strict(value)}`);
    const canonical = [method, url.pathname, pairs.sort().join('&'), `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join(
      '\n',
    );
    const digest = createHash('sha256').update(canonical).digest('hex');
    const right =
      query.get('X-Goog-Algorithm') === 'GOOG4-RSA-SHA256' &&
      query.get('X-Goog-Credential') === `${this.#email}/${scope}` &&
      query.get('X-Goog-SignedHeaders') === 'host' &&
      seconds > 0 &&
      seconds <= 604_800 &&
      this.#signed(
        `GOOG4-RSA-SHA256\n${date}\n${scope}\n${digest}`,
        Buffer.from(query.get('X-Goog-Signature') ?? '', 'hex'),
      );
    if (!right) throw new ApiError(403, 'SignatureDoesNotMatch', 'Access denied.');
    if (!(Date.now() <= signedAt + seconds * 1000))
      throw new ApiError(400, 'ExpiredToken', 'The provided token has expired.');
  }

  #signed(text: string, signature: Buffer): boolean {
    return createVerify('RSA-SHA256').update(text).verify(this.#publicKey, signature);
  }
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return {};
  }
}

function strict(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
