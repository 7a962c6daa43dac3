import { ConfigError } from '../errors/config-error.ts';
import type { SchemaIssue } from '../plugin/config-schema.ts';
import { nearestName } from '../registry/nearest-name.ts';
import { toSnakeCase } from './config-keys.ts';

/** One error for all that is wrong in a section: where each key is, what is allowed, and what was probably meant. */
export function sectionError(
  source: string,
  section: string,
  issues: readonly SchemaIssue[],
  known: readonly string[],
): ConfigError {
  const lines = issues.flatMap((issue) => describe(issue, section, known));
  return new ConfigError(`${source}: ${lines.join('; ')}`);
}

function describe(issue: SchemaIssue, section: string, known: readonly string[]): string[] {
  const unknown = unrecognized(issue, known);
  if (unknown.length > 0) {
    return unknown.map((key) => {
      const nearest = nearestName(key, known);
      const meant =
        nearest === undefined
          ? `known keys are ${known.map(toSnakeCase).join(', ')}`
          : `did you mean ${section}.${toSnakeCase(nearest)}?`;
      return `unknown key ${section}.${toSnakeCase(key)}; ${meant}`;
    });
  }
  const path = (issue.path ?? []).map((step) => toSnakeCase(String(typeof step === 'object' ? step.key : step)));
  return [`${[section, ...path].join('.')}: ${issue.message}`];
}

/** Zod tells unknown keys in a member of its own; other schemas by an issue at the key. */
function unrecognized(issue: SchemaIssue, known: readonly string[]): string[] {
  const keys: unknown = Reflect.get(issue, 'keys');
  if (Array.isArray(keys)) return keys.map(String);
  const [first] = issue.path ?? [];
  const key = String(typeof first === 'object' ? first.key : (first ?? ''));
  return issue.path?.length === 1 && !known.includes(key) && /unknown|unrecognized/i.test(issue.message) ? [key] : [];
}
