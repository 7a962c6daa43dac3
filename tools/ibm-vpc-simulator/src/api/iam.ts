import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { ApiError } from './api-error.ts';

const GRANT = 'urn:ibm:params:oauth:grant-type:apikey';

/** IAM's token endpoint, for one API key, and what the API makes of its tokens. */
export class Iam {
  readonly apiKey: string;
  readonly #tokens = new Map<string, number>();
  #lifetime = 3600;
  #issued = 0;

  constructor(apiKey: string) {
    this.apiKey = apiKey;
  }

  /** Tokens that were given so far. */
  get issued(): number {
    return this.#issued;
  }

  /** From now on tokens are good for so many seconds. */
  issueFor(seconds: number): void {
    this.#lifetime = seconds;
  }

  async answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const form = new URLSearchParams(await text(request));
    if (request.method !== 'POST') return { status: 405, body: { errorCode: 'BXNIM0141E' } };
    if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return { status: 415, body: { errorCode: 'BXNIM0138E', errorMessage: 'Unsupported media type' } };
    if (form.get('grant_type') !== GRANT)
      return { status: 400, body: { errorCode: 'BXNIM0120E', errorMessage: 'Property missing or empty: grant_type.' } };
    if (form.get('apikey') !== this.apiKey)
      return { status: 400, body: { errorCode: 'BXNIM0415E', errorMessage: 'Provided API key could not be found.' } };
    const now = Math.floor(Date.now() / 1000);
    const claims = { iam_id: 'IBMid-1', iat: now, exp: now + this.#lifetime, jti: String(++this.#issued) };
    const parts = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const token = `${parts.join('.')}.signature`;
    this.#tokens.set(token, claims.exp);
    const body = { access_token: token, refresh_token: 'not_supported', token_type: 'Bearer' };
    return {
      status: 200,
      body: { ...body, expires_in: this.#lifetime, expiration: claims.exp, scope: 'ibm openid' },
    };
  }

  /** @throws ApiError */
  check(authorization: string | undefined): void {
    const [scheme, token = ''] = (authorization ?? '').split(' ');
    const until = this.#tokens.get(token) ?? 0;
    if (scheme !== 'Bearer' || until * 1000 <= Date.now())
      throw new ApiError(
        401,
        'not_authorized',
        'The request was not authorized: the token is missing, wrong or expired.',
      );
  }
}
