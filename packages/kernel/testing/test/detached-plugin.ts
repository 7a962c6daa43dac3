import { detachedCompute } from '../src/index.ts';

/** Executors inside tasks find the backend as a plugin that the configuration lists. */
export default detachedCompute;
