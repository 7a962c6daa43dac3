/** A URL as it may be printed: without a user's name, password and query, where signatures are. */
export function printableUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === '' ? '' : '?...'}`;
}
