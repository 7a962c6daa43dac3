/** First byte of an encoded value. The last two stand for values that must be fetched before they can be decoded. */
export const FORM = { plain: 1, rich: 2, bytes: 3, buffer: 4, batch: 5, reference: 6, list: 7 } as const;
