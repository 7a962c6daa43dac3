/**
 * What every client has of this package: `@lithops/worker/protocol`, `/values` and `/pool` are one published file, for to find
 * and link one takes Node 1 to 2 ms of every start.
 */
export * from './pool/index.ts';
export * from './protocol/index.ts';
export * from './values/index.ts';
