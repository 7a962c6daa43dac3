/** Raised when frames change in a way that the other side must know. Both ends must speak the same. */
export const PROTOCOL_VERSION = 3;
