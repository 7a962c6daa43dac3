/** A page of a collection, as IBM answers it. @param url of the request */
export function pageOf(url: URL, property: string, items: readonly object[], mostPerPage: number): object {
  const limit = Math.min(Number(url.searchParams.get('limit') ?? 50), mostPerPage);
  const first = Number(url.searchParams.get('start') ?? 0);
  const link = (start: number | undefined) => {
    const linked = new URL(url);
    linked.searchParams.set('limit', String(limit));
    linked.searchParams.delete('start');
    if (start !== undefined) linked.searchParams.set('start', String(start));
    return { href: linked.href };
  };
  return {
    first: link(undefined),
    limit,
    ...(first + limit < items.length && { next: link(first + limit) }),
    total_count: items.length,
    [property]: items.slice(first, first + limit),
  };
}
