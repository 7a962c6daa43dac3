import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Names of this machine's loopback, as browsers say them. What else a Host header says came by another name: DNS rebinding. */
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** Who may see the dashboard: who has the token, and then who has the cookie that it was changed for. */
export class Access {
  readonly token: string = randomBytes(32).toString('base64url');
  readonly #session = randomBytes(32).toString('base64url');
  readonly #cookieName: string;

  /** @param port cookies know no ports: two dashboards have cookies of different names */
  constructor(port: number) {
    this.#cookieName = `lithops_dashboard_${port}`;
  }

  /** For who has shown the token. Scripts cannot read it, and no other site's request carries it. */
  get cookie(): string {
    return `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  hasToken(url: URL): boolean {
    const token = url.searchParams.get('token');
    return token !== null && sameText(token, this.token);
  }

  hasCookie({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const start = `${this.#cookieName}=`;
    return cookies.some((cookie) => cookie.startsWith(start) && sameText(cookie.slice(start.length), this.#session));
  }
}

export function isLoopbackHost({ headers }: IncomingMessage): boolean {
  return LOOPBACK_HOST.test(headers.host ?? '');
}

/** Whether a page of another origin made the request, another port of this machine included. Old browsers do not tell. */
export function isForeignRequest({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** In a time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
