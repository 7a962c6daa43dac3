import { requiredMembers } from '@lithops-tools/services';
import type { NormalizedSchema } from '@smithy/core/schema';
import { Ec2Fault } from './ec2-fault.ts';
import type { Operation } from './operations.ts';

/** Parameters that are of the protocol. */
const PROTOCOL = new Set(['Action', 'Version']);

/** The input of an operation from the form in which the SDK sends it. @throws Ec2Fault for what EC2 does not know, or misses */
export function decodeQuery({ input }: Operation, form: URLSearchParams): Record<string, unknown> {
  const decoder = new Decoder(form);
  const value = input.isUnitSchema() ? {} : decoder.structure(input, '');
  const unknown = decoder.left.find((name) => !PROTOCOL.has(name));
  if (unknown !== undefined) throw new Ec2Fault('UnknownParameter', `The parameter ${unknown} is not recognized`);
  return value;
}

class Decoder {
  readonly #form: URLSearchParams;
  readonly #names: readonly string[];
  readonly #read = new Set<string>();

  constructor(form: URLSearchParams) {
    this.#form = form;
    this.#names = [...form.keys()];
  }

  /** Parameters that nothing has asked for. */
  get left(): readonly string[] {
    return this.#names.filter((name) => !this.#read.has(name));
  }

  structure(schema: NormalizedSchema, prefix: string): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const required = requiredMembers(schema);
    for (const [name, member] of schema.structIterator()) {
      const key = `${prefix}${queryName(name, member)}`;
      if (this.#has(key)) value[name] = this.#value(member, key);
      else if (required.has(name))
        throw new Ec2Fault('MissingParameter', `The request must contain the parameter ${key}`);
    }
    return value;
  }

  #has(key: string): boolean {
    return this.#names.some((name) => name === key || name.startsWith(`${key}.`));
  }

  #value(schema: NormalizedSchema, key: string): unknown {
    if (schema.isStructSchema()) return this.structure(schema, `${key}.`);
    if (schema.isListSchema()) {
      const items: unknown[] = [];
      while (this.#has(`${key}.${items.length + 1}`))
        items.push(this.#value(schema.getValueSchema(), `${key}.${items.length + 1}`));
      return items;
    }
    this.#read.add(key);
    const text = this.#form.get(key) ?? '';
    if (schema.isNumericSchema()) {
      if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw invalid(key, text);
      return Number(text);
    }
    if (schema.isBooleanSchema()) {
      if (text !== 'true' && text !== 'false') throw invalid(key, text);
      return text === 'true';
    }
    if (schema.isTimestampSchema()) return new Date(text);
    if (schema.isBlobSchema()) return Buffer.from(text, 'base64');
    return text;
  }
}

/** https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html#query-key-resolution */
function queryName(name: string, member: NormalizedSchema): string {
  const { ec2QueryName, xmlName } = member.getMergedTraits();
  if (ec2QueryName !== undefined) return String(ec2QueryName);
  const text = xmlName === undefined ? name : String(xmlName);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function invalid(key: string, text: string): Ec2Fault {
  return new Ec2Fault('InvalidParameterValue', `Value (${text}) for parameter ${key} is invalid.`);
}
