export type * from './call-event.ts';
export type * from './invocation.ts';
