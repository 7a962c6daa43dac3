/** First byte of an encoded value. */
export const FORM = { plain: 1, rich: 2, bytes: 3, buffer: 4, batch: 5 } as const;
