import type { Verb } from './api/access.ts';

/** Which requests to the API something is to go wrong with; what is left out is any. */
export interface ApiFault {
  readonly verb?: Verb;
  /** As `pods`, `services`, of all groups; or of one: `services.serving.knative.dev`. */
  readonly resource?: string;
  /** How many requests; default: all until it is taken back. */
  readonly times?: number;
  /** Answered instead: 429 with `retryAfterSeconds`, 500, 503 and so on. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** Waited before the request is carried out. */
  readonly delayMs?: number;
  /** The connection ends: before the request is carried out, after it was, or in the middle of the answer. */
  readonly cut?: 'before' | 'after' | 'within';
}

/** Which requests through the ingress something is to go wrong with. */
export interface IngressFault {
  /** Beginning of the host; default: any. */
  readonly host?: string;
  readonly path?: string;
  readonly times?: number;
  /** Answered instead of asking the container: 429, 502, 503, 504. */
  readonly status?: number;
  readonly delayMs?: number;
  /**
   * `before`: the connection ends before the container is asked. `after`: once the container has been given the request.
   * A number: after so many bytes of the answer's body the connection ends.
   */
  readonly cut?: 'before' | 'after' | number;
  /** After so many bytes of the body the answer ends as if it were whole. */
  readonly truncateAfter?: number;
}
