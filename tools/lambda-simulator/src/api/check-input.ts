import { requiredMembers } from '@lithops-tools/services';
import type { NormalizedSchema } from '@smithy/core/schema';
import { CONSTRAINTS, type Constraint } from './constraints.ts';
import type { Operation } from './operations.ts';
import { ServiceError } from './service-error.ts';

/** @throws ServiceError ValidationException naming all members that are missing or out of range, as the API does. */
export function checkInput({ name, input }: Operation, value: Readonly<Record<string, unknown>>): void {
  if (input.isUnitSchema()) return;
  const faults: string[] = [];
  walk(input, value, { key: '', shown: '' }, CONSTRAINTS[name] ?? {}, faults);
  if (faults.length === 0) return;
  const count = `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected`;
  throw new ServiceError('ValidationException', `${count}: ${faults.join('; ')}`);
}

interface Place {
  /** As in the table of constraints. */
  readonly key: string;
  /** As messages have it. */
  readonly shown: string;
}

function walk(
  schema: NormalizedSchema,
  value: unknown,
  place: Place,
  constraints: Readonly<Record<string, Constraint>>,
  faults: string[],
): void {
  const constraint = constraints[place.key];
  if (constraint !== undefined) faults.push(...violations(value, constraint, place.shown));
  if (schema.isStructSchema()) {
    const fields = value as Record<string, unknown>; // it was decoded by this schema
    const required = requiredMembers(schema);
    for (const [name, member] of schema.structIterator()) {
      const next = { key: join(place.key, name), shown: join(place.shown, camel(name)) };
      if (fields[name] !== undefined) walk(member, fields[name], next, constraints, faults);
      else if (required.has(name))
        faults.push(`Value null at '${next.shown}' failed to satisfy constraint: Member must not be null`);
    }
  } else if (schema.isListSchema()) {
    for (const [index, item] of (value as unknown[]).entries()) {
      const next = { key: `${place.key}[]`, shown: `${place.shown}.${index + 1}.member` };
      walk(schema.getValueSchema(), item, next, constraints, faults);
    }
  } else if (schema.isMapSchema()) {
    const keys = constraints[`${place.key}{key}`];
    for (const [key, item] of Object.entries(value as Record<string, unknown>)) {
      if (keys !== undefined) faults.push(...violations(key, keys, place.shown));
      walk(schema.getValueSchema(), item, { key: `${place.key}{value}`, shown: place.shown }, constraints, faults);
    }
  }
}

function violations(value: unknown, { min, max, pattern, values }: Constraint, shown: string): string[] {
  const rules: string[] = [];
  const sized = typeof value === 'string' ? 'length' : typeof value === 'number' ? 'value' : 'length';
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : Number(value);
  if (min !== undefined && size < min) rules.push(`Member must have ${sized} greater than or equal to ${min}`);
  if (max !== undefined && size > max) rules.push(`Member must have ${sized} less than or equal to ${max}`);
  if (pattern !== undefined && !pattern.test(String(value)))
    rules.push(`Member must satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`);
  if (values !== undefined && !values.includes(String(value)))
    rules.push(`Member must satisfy enum value set: [${values.join(', ')}]`);
  return rules.map((rule) => `Value '${String(value)}' at '${shown}' failed to satisfy constraint: ${rule}`);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function camel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
