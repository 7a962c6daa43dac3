/** Longer texts travel beside the module's code, not in it. */
const LONGEST_TEXT = 4096;

/** The source text of a primitive; undefined for what is none, and for long texts. */
export function literal(value: unknown): string | undefined {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'boolean':
      return String(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'string':
      return value.length > LONGEST_TEXT ? undefined : JSON.stringify(value);
    case 'symbol':
      return symbolText(value);
    default:
      return value === null ? 'null' : undefined;
  }
}

function symbolText(value: symbol): string | undefined {
  const key = Symbol.keyFor(value);
  if (key !== undefined) return `Symbol.for(${JSON.stringify(key)})`;
  const name = Object.getOwnPropertyNames(Symbol).find((candidate) => Reflect.get(Symbol, candidate) === value);
  return name === undefined ? undefined : `Symbol.${name}`;
}
