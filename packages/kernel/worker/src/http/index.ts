export {
  decodeReplies,
  encodeInvocationRequest,
  FRAMES_CONTENT_TYPE,
  MODULE_NEEDED,
  RAN_ALREADY,
  SILENCE_MS,
} from './http-messages.ts';
export { HttpWorker, type HttpWorkerOptions } from './http-worker.ts';
