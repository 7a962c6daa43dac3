/** What a worker process and its client say to each other, and what the process writes past that: each on a connection of its own. */
export const DIRECT_STREAMS = ['frames', 'stdout', 'stderr'] as const;

export type DirectStream = (typeof DIRECT_STREAMS)[number];

/** Of a token in text. */
const TOKEN_CHARS = 43;
/** How a connection begins. */
export const GREETING_BYTES: number = TOKEN_CHARS + 1;

/** What a connection says first: which process it is of, and which of its streams. */
export function greeting(token: string, stream: DirectStream): string {
  return `${token}${DIRECT_STREAMS.indexOf(stream)}`;
}

/** Undefined when it is none. */
export function parseGreeting(
  bytes: Uint8Array,
): { readonly token: string; readonly stream: DirectStream } | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const stream = DIRECT_STREAMS[Number(text.slice(TOKEN_CHARS))];
  return stream === undefined ? undefined : { token: text.slice(0, TOKEN_CHARS), stream };
}
