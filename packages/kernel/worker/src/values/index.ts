export { CLASS_NAME } from './foreign-instances.ts';
export { shareClass } from './shared-class.ts';
export {
  encodeList,
  encodeReference,
  type FetchStored,
  fetchValue,
  isSelfContained,
  mustBeFetched,
  type StoredValue,
} from './stored-value.ts';
export { decodeThrown, encodeThrown } from './thrown.ts';
export { decodeValues, EncodedValues, encodeValues, primitiveBytes, ValueBatch } from './value-batch.ts';
export { decodeValue, encodePieces, encodeValue, isRawForm } from './value-codec.ts';
export { ValueDecodingError, ValueEncodingError } from './value-errors.ts';
export { emptyTable, TableUse, tableOf, type ValueTable } from './value-table.ts';
