import type { SectionSchema } from '@lithops/core';
import { type JsonSchema as ConvertedSchema, toJsonSchema as convert } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import * as z from 'zod/v4/core';

/** A JSON Schema, as far as it is looked at here. */
interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
}

/** A JSON Schema (draft 7, which editors know best) of a file with these sections. */
export function toJsonSchema(sections: readonly SectionSchema[]): object {
  const bySection = Map.groupBy(sections, ({ section }) => section);
  const properties = Array.from(bySection, ([name, ofSection]) => [name, sectionOf(ofSection)] as const);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of Lithops',
    type: 'object',
    properties: Object.fromEntries(properties),
  };
}

/** A section that belongs to several plugins has the keys of all of them. Any key may be left out: options and the environment can give it. */
function sectionOf(schemas: readonly SectionSchema[]): object {
  const parts = schemas.map(({ schema }) => jsonSchemaOf(schema));
  const properties = Object.assign({}, ...parts.map((part) => inBothSpellings(part.properties ?? {}))) as object; // of objects
  const open = schemas.some(({ delegates }) => delegates) || parts.some((part) => part.additionalProperties !== false);
  const description = schemas.map(({ of, section }) =>
    of === 'lithops' ? 'Lithops itself' : `${of} plugin ${section}`,
  );
  return {
    description: description.join(', '),
    type: ['object', 'null'],
    properties,
    ...(!open && { additionalProperties: false }),
  };
}

/** Of a schema of zod's or valibot's, of any copy of it; of one whose library gives a JSON Schema; else what keys are known. */
function jsonSchemaOf(schema: SectionSchema['schema']): JsonSchema {
  if ('_zod' in schema) {
    const converted = z.toJSONSchema(schema as unknown as z.$ZodType, {
      io: 'input',
      target: 'draft-7',
      unrepresentable: 'any',
    }); // it has the mark of one
    return objectOf(converted);
  }
  if (schema['~standard'].vendor === 'valibot') {
    const converted: ConvertedSchema = convert(schema as unknown as GenericSchema, {
      typeMode: 'input',
      target: 'draft-07',
      errorMode: 'ignore',
    }); // by its own word
    return objectOf(converted as JsonSchema); // the same, of more keywords
  }
  const { jsonSchema } = schema['~standard'] as { readonly jsonSchema?: StandardJsonSchema }; // an extension of the standard
  if (jsonSchema !== undefined) return objectOf(jsonSchema.input({ target: 'draft-07' }));
  const keys: unknown = Reflect.get(schema, 'keys');
  if (!Array.isArray(keys)) return {};
  return { properties: Object.fromEntries(keys.map((key) => [String(key), {}])), additionalProperties: false };
}

interface StandardJsonSchema {
  readonly input: (options: { readonly target: string }) => JsonSchema;
}

/** Behind what is piped, or beside alternatives, is the object with the keys. */
function objectOf(schema: JsonSchema): JsonSchema {
  if (schema.properties !== undefined) return schema;
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const parts = schema[keyword];
    if (!Array.isArray(parts)) continue;
    const objects = parts
      .map((part: JsonSchema) => objectOf(part))
      .filter(({ properties }) => properties !== undefined);
    if (objects.length > 0) return Object.assign({}, ...objects) as JsonSchema; // just looked at
  }
  return schema;
}

function inBothSpellings(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const both: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(properties)) {
    both[key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
    both[key] = value;
  }
  return both;
}
