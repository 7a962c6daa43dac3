export { type DetachedRequest, parseDetachedRequest } from './detached-request.ts';
export { runDetached } from './run-detached.ts';
export { REQUEST_VARIABLE } from './serve-detached.ts';
