import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Repeated } from './repeated.ts';

/** @throws Error with what the server says */
export async function ask<T>(path: string, gone?: AbortSignal): Promise<T> {
  const response = await fetch(path, { credentials: 'same-origin', ...(gone && { signal: gone }) });
  if (!response.ok) throw new Error((await response.text()).trim());
  return (await response.json()) as T; // our own server's
}

/** `/api/jobs/...` */
export function jobPath(
  id: string,
  what: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, `${value}`);
  const text = search.size === 0 ? '' : `?${search}`;
  return `/api/jobs/${id.split('/').map(encodeURIComponent).join('/')}/${what}${text}`;
}

/** Charts and tables are asked for anew so often at most, ms. */
const AGAIN_MS = 1000;

/** The answer to a question about a job, asked again after each new `version`, but not too often. */
export function useAnswer<T>(path: string, version: number | string): T | undefined {
  const answer = useMemo(() => signal<T>(), [path]);
  const question = useMemo(
    () =>
      new Repeated(async (gone) => {
        answer.value = await ask<T>(path, gone);
      }, AGAIN_MS),
    [path, answer],
  );
  useEffect(() => () => question.close(), [question]);
  useEffect(() => question.request(), [question, version]);
  return answer.value;
}
