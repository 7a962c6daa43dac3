export { decodeThrown, encodeThrown } from './thrown.ts';
export { decodeValues, EncodedValues, encodeValues, ValueBatch } from './value-batch.ts';
export { decodeValue, encodeValue } from './value-codec.ts';
export { ValueDecodingError, ValueEncodingError } from './value-errors.ts';
export { emptyTable, tableOf, type ValueTable } from './value-table.ts';
