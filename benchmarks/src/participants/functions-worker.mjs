export { bytes, lengthOf, noop, spin } from './work.mjs';
