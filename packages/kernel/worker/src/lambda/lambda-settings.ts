/** How a worker in a Lambda function is set up, by variables that its deployer has set and those of Lambda. */
export interface LambdaSettings {
  /** Processes that run user code, each on a CPU of its own. */
  readonly processes: number;
  /** MB of heap for each. */
  readonly heapMegabytes: number;
  /** MB of `/tmp`. */
  readonly diskMegabytes: number;
}

/** Memory that brings one CPU (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
export const MEGABYTES_PER_CPU = 1769;

/** What Node takes besides its heap. */
const BASE_MEGABYTES = 46;
const LEAST_HEAP_MEGABYTES = 32;
const DEFAULT_MEMORY = 128;
const DEFAULT_DISK = 512;

/** `LITHOPS_WORKER_PROCESSES`, `LITHOPS_DISK_MB`, and `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`. @throws Error naming the variable */
export function lambdaSettings(env: NodeJS.ProcessEnv): LambdaSettings {
  const memory = count(env, 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', DEFAULT_MEMORY);
  const processes = count(env, 'LITHOPS_WORKER_PROCESSES', processesFor(memory));
  const left = memory - BASE_MEGABYTES * (processes + 1);
  return {
    processes,
    // Node ends itself before Lambda does, and says why.
    heapMegabytes: Math.max(LEAST_HEAP_MEGABYTES, Math.floor(left / processes)),
    diskMegabytes: count(env, 'LITHOPS_DISK_MB', DEFAULT_DISK),
  };
}

/** As many processes as there are whole CPUs with so many MB. */
export function processesFor(memory: number): number {
  return Math.max(1, Math.floor(memory / MEGABYTES_PER_CPU));
}

function count(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`${name} is a whole number from 1, not '${text}'`);
}
