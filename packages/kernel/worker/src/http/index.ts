export {
  decodeReplies,
  encodeInvocationRequest,
  FRAMES_CONTENT_TYPE,
  INVOCATIONS_PATH,
  MODULE_NEEDED,
  NOT_RUN_HERE,
  RAN_ALREADY,
  RESUME_HEADER,
  SILENCE_MS,
  WORKER_HEADER,
} from './http-messages.ts';
export { HttpWorker, type HttpWorkerOptions } from './http-worker.ts';
