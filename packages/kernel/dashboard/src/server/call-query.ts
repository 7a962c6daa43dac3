import { CALL_COLUMNS, type CallSelection } from '../view/call-view.ts';
import { CALL_STATES } from '../view/job-view.ts';
import { HttpError } from './http-error.ts';

const MOST_SEARCH_CHARS = 200;

/** @throws HttpError 400 for what is no selection */
export function callSelection(query: URLSearchParams): CallSelection {
  const state = query.get('state');
  const search = query.get('search');
  const order = oneOf(query, 'order', ['ascending', 'descending'], 'ascending');
  if (search !== null && search.length > MOST_SEARCH_CHARS)
    throw new HttpError(400, `'search' is longer than ${MOST_SEARCH_CHARS} characters`);
  return {
    ...(state !== null && { state: oneOf(query, 'state', CALL_STATES, 'waiting') }),
    ...(search !== null && { search }),
    sort: oneOf(query, 'sort', CALL_COLUMNS, 'call'),
    descending: order === 'descending',
  };
}

/** @throws HttpError 400 when it is none of them */
export function oneOf<const T extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly T[],
  otherwise: T,
): T {
  const value = query.get(name);
  if (value === null) return otherwise;
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new HttpError(400, `'${name}' is one of ${allowed.join(', ')}`);
  return found;
}

/** @throws HttpError 400 when it is no whole number, or out of bounds */
export function wholeNumber(
  text: string | null,
  name: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER, otherwise }: { least?: number; most?: number; otherwise?: number },
): number {
  if (text === null && otherwise !== undefined) return otherwise;
  const value = /^-?\d{1,15}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new HttpError(
    400,
    `'${name}' is a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`,
  );
}
