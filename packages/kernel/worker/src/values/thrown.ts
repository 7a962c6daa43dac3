import { FORM } from './raw-form.ts';
import { encodeRich } from './rich-encoder.ts';
import { decodeValue, serialized } from './value-codec.ts';
import { emptyTable, type ValueTable } from './value-table.ts';

/**
 * The bytes of whatever was thrown. Never throws: what cannot travel is left out, and noted as `droppedProperties` on
 * the error; an error of a class that the other side does not know becomes one of its nearest known base class, its `name` kept.
 */
export function encodeThrown(thrown: unknown, table: ValueTable = emptyTable): Uint8Array {
  try {
    return serialized(FORM.rich, lenient(thrown, table));
  } catch (failure) {
    return serialized(FORM.rich, lenient(substitute(thrown, failure), emptyTable));
  }
}

/** @throws ValueDecodingError */
export function decodeThrown(bytes: Uint8Array, table: ValueTable = emptyTable): unknown {
  return decodeValue(bytes, table);
}

function lenient(thrown: unknown, table: ValueTable): unknown {
  const { root, nodes, dropped } = encodeRich(thrown, table, 'lenient');
  const [first, ...rest] = nodes;
  if (first?.kind !== 'error') return { root, nodes };
  const notes: (readonly [string, unknown, number])[] = [];
  const name: unknown = (thrown as Error).name; // the first node is what was thrown
  if (first.of === undefined && typeof name === 'string' && name !== (first.data as readonly unknown[])[0])
    notes.push(['name', name, 6]);
  const named = notes.length > 0 && first.properties?.some(([key]) => key === 'name') === true;
  if (dropped.length > 0) notes.push(['droppedProperties', dropped.join('; '), 6]);
  const properties = [...(first.properties ?? []), ...(named ? notes.slice(1) : notes)];
  return { root, nodes: [{ ...first, properties }, ...rest] };
}

/** For values that cannot even be described, a Proxy that throws, say. */
function substitute(thrown: unknown, failure: unknown): Error {
  const error = new Error(
    `the task threw ${typeof thrown === 'object' ? 'an' : 'a'} ${typeof thrown} that cannot be shown: ${failure instanceof Error ? failure.message : 'unknown cause'}`,
  );
  error.name = 'UnshippableThrownValue';
  return error;
}
