/** What of JSON Schema (https://json-schema.org/draft/2020-12) says which values a key takes. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** The values that a schema takes, in words. */
export function typeText(schema: JsonSchema): string {
  const { type, anyOf, items, properties } = schema;
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText))].join(' or ');
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeText(items)}`;
  if (type === 'object')
    return properties === undefined ? 'names and values' : `{ ${Object.keys(properties).join(', ')} }`;
  if (type === 'integer') return `whole number${bounds(schema)}`;
  if (type === 'number') return `number${bounds(schema)}`;
  if (type === 'boolean') return '`true`, `false`';
  return type === 'string' ? 'text' : 'any';
}

function literal(value: unknown): string {
  return `\`${String(value)}\``;
}

function bounds({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const from = minimum === undefined || minimum < -1e9 ? '' : `, from ${minimum}`;
  const above = exclusiveMinimum === undefined ? '' : `, above ${exclusiveMinimum}`;
  const to = maximum === undefined || maximum > 1e9 ? '' : `, to ${maximum}`;
  return `${from}${above}${to}`;
}
