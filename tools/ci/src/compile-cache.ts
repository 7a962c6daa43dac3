import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where processes that load the sources keep them compiled: to strip their types takes each of them 0.4 s of CPU time otherwise. */
export const COMPILE_CACHE: string = join(tmpdir(), 'lithops-test-compile-cache');

/** The environment of programs that run from source. */
export const fromSource: NodeJS.ProcessEnv = { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE };
