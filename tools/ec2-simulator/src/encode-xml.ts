import type { NormalizedSchema } from '@smithy/core/schema';
import type { Ec2Fault } from './ec2-fault.ts';
import type { Operation } from './operations.ts';

/** An answer as EC2 writes it. */
export function encodeXml({ name, output }: Operation, value: object, requestId: string): string {
  const body = output.isUnitSchema() ? element('return', 'true') : content(output, value);
  const space = 'http://ec2.amazonaws.com/doc/2016-11-15/';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}Response xmlns="${space}">${element('requestId', requestId)}${body}</${name}Response>`;
}

export function encodeFault({ code, message }: Ec2Fault, requestId: string): string {
  const error = element('Error', element('Code', escaped(code)) + element('Message', escaped(message)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${element('Errors', error)}${element('RequestID', requestId)}</Response>`;
}

function content(schema: NormalizedSchema, value: unknown): string {
  if (schema.isStructSchema()) {
    const fields = value as Readonly<Record<string, unknown>>; // it was made by this schema
    return [...schema.structIterator()]
      .filter(([name]) => fields[name] !== undefined && fields[name] !== null)
      .map(([name, member]) => element(nameOf(member, name), content(member, fields[name])))
      .join('');
  }
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    return (value as readonly unknown[]).map((each) => element(nameOf(item, 'item'), content(item, each))).join('');
  }
  if (value instanceof Date) return value.toISOString();
  return escaped(String(value));
}

function nameOf(schema: NormalizedSchema, fallback: string): string {
  return String(schema.getMergedTraits().xmlName ?? fallback);
}

function element(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
