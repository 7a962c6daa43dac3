import * as lambda from '@aws-sdk/client-lambda';
import { NormalizedSchema } from '@smithy/core/schema';

/** An operation of the API, as the SDK describes it. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** Parts of the path; `{Name}` and `{Name+}` stand for members of the input. */
  readonly path: readonly string[];
  readonly status: number;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

export interface Route {
  readonly operation: Operation;
  readonly labels: Readonly<Record<string, string>>;
}

/** How the SDK writes an operation down: kind, namespace, name, traits, input, output. */
type OperationSchema = readonly [9, string, string, { readonly http: readonly [string, string, number] }, never, never];

const OPERATIONS: readonly Operation[] = Object.values(lambda as Record<string, unknown>)
  .filter((value): value is OperationSchema => Array.isArray(value) && value[0] === 9)
  .map(([, , name, { http }, input, output]) => {
    const [method, path, status] = http;
    return {
      name,
      method,
      path: path.split('?')[0]?.split('/').slice(1) ?? [],
      status,
      input: NormalizedSchema.of(input),
      output: NormalizedSchema.of(output),
    };
  });

/** Which operation a request is for; undefined when there is no such path and method. `path` is still encoded. */
export function route(method: string, path: string): Route | undefined {
  const parts = path.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  let best: Route | undefined;
  for (const operation of OPERATIONS) {
    if (operation.method !== method) continue;
    const labels = matched(
      operation.path.filter((part) => part !== ''),
      parts,
    );
    if (labels === undefined) continue;
    // Of `functions/{name}` and `functions/name`, the one that leaves less open.
    if (best === undefined || Object.keys(labels).length < Object.keys(best.labels).length)
      best = { operation, labels };
  }
  return best;
}

function matched(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    const label = /^\{(.+?)\+?\}$/.exec(expected)?.[1];
    if (label !== undefined) labels[label] = decodeURIComponent(part);
    else if (expected !== part) return undefined;
  }
  return labels;
}
