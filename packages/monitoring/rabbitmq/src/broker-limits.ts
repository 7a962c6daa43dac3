/** An exchange that every virtual host has: nothing has to be made for workers, and nothing is left. */
export const EXCHANGE = 'amq.direct';
/** A broker that accepts connections but never answers must not keep anybody waiting. */
export const CONNECT_MS = 10_000;
