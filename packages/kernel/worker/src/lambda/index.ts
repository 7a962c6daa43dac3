export {
  type DetachedEvent,
  encodeFunctionEvent,
  type FunctionEvent,
  type MetadataEvent,
  type RunEvent,
  type RunRequest,
} from './function-event.ts';
export { type BufferedReply, decodeFunctionReplies } from './function-reply.ts';
export { MEGABYTES_PER_CPU, processesFor } from './lambda-settings.ts';
