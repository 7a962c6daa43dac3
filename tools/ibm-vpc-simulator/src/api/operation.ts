import * as z from 'zod';
import { ApiError } from './api-error.ts';
import { bodies, filters, pages, versions } from './schemas.ts';

export interface Call<Body> {
  /** What the placeholders of the path stand for. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Body;
  readonly ifMatch: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly etag?: string;
  /** The whole collection; a page of it is answered. */
  readonly collection?: readonly [property: string, items: readonly object[]];
}

/** An operation of the API: a way to ask, and what is done. */
export interface Operation {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handle: (call: Call<unknown>) => Reply | Promise<Reply>;
  readonly body: z.ZodType | undefined;
  readonly query: z.ZodType;
}

type BodyName = keyof typeof bodies;

/** @param path `/subnets/{}`: each `{}` is an id */
export function operation(
  method: string,
  path: string,
  handle: (call: Call<undefined>) => Reply | Promise<Reply>,
): Operation {
  return {
    method,
    pattern: patternOf(path),
    handle: handle as Operation['handle'],
    body: undefined,
    query: z.strictObject(versions),
  };
}

/** One with a body, which is checked. */
export function writing<Name extends BodyName>(
  method: string,
  path: string,
  name: Name,
  handle: (call: Call<z.output<(typeof bodies)[Name]>>) => Reply | Promise<Reply>,
): Operation {
  return {
    ...operation(method, path, () => ({ status: 500 })),
    handle: handle as Operation['handle'],
    body: bodies[name],
  };
}

/** A collection with its filters. */
export function listing(
  path: string,
  filter: keyof typeof filters,
  list: (query: Call<undefined>['query']) => readonly object[],
): Operation {
  const property = path.slice(1);
  return {
    ...operation('GET', path, ({ query }) => ({ status: 200, collection: [property, list(query)] })),
    query: z.strictObject({ ...versions, ...pages, ...filters[filter] }),
  };
}

/** @throws ApiError for what the reference does not name */
export function check(operation: Operation, query: Record<string, string>, body: unknown): void {
  const parsed = operation.query.safeParse(query);
  if (!parsed.success) throw new ApiError(400, 'bad_query_param', told(parsed.error));
  if (
    query['version'] !== undefined &&
    !(query['version'] >= '2021-09-21' && Date.parse(query['version']) <= Date.now())
  )
    throw new ApiError(400, 'invalid_version', 'The `version` parameter must be a date up to today');
  if (operation.body === undefined) {
    if (body !== undefined) throw new ApiError(400, 'bad_request', 'The operation takes no body');
    return;
  }
  const content = operation.body.safeParse(body);
  if (!content.success) throw new ApiError(400, 'bad_field', told(content.error));
}

function told(error: z.ZodError): string {
  return z.prettifyError(error).replaceAll('\n', ' ');
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('{}', '([^/]+)')}$`);
}
