/** Marks futures of any copy of core; a task that returns some has their results put in their places. */
const FUTURE = Symbol.for('lithops.future');

interface Future {
  result(): Promise<unknown>;
}

/** Whether a returned value must be waited for: a promise, a future, or a list that holds a future. */
export function isPendingResult(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isThenable(value) || isFuture(value) || (Array.isArray(value) && holdsFuture(value));
}

/** The value with each future replaced by its result, in tree order. */
export async function resolveFutures(value: unknown): Promise<unknown> {
  const settled = await value;
  if (typeof settled !== 'object' || settled === null) return settled;
  if (isFuture(settled)) return resolveFutures(await settled.result());
  if (Array.isArray(settled) && holdsFuture(settled)) {
    return Promise.all(
      Array.from(settled, (element) => (isPendingElement(element) ? resolveFutures(element) : element)),
    );
  }
  return settled;
}

/** Promises inside a returned list are no futures: they stay, and are refused where they cannot travel. */
function isPendingElement(element: unknown): boolean {
  if (typeof element !== 'object' || element === null) return false;
  return isFuture(element) || (Array.isArray(element) && holdsFuture(element));
}

/** At any depth: lists may be in each other many times over, deeply, and in circles. */
function holdsFuture(list: readonly unknown[]): boolean {
  let lists: Set<readonly unknown[]> | undefined;
  const look = (element: unknown): boolean => {
    if (typeof element !== 'object' || element === null) return false;
    if (isFuture(element)) return true;
    if (Array.isArray(element)) {
      lists ??= new Set([list]);
      lists.add(element);
    }
    return false;
  };
  if (list.some(look)) return true;
  for (const inner of lists ?? []) if (inner !== list && inner.some(look)) return true; // those added meanwhile too
  return false;
}

function isFuture(value: object): value is Future {
  return FUTURE in value;
}

function isThenable(value: object): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown }).then === 'function'; // any object may be asked for a property
}
