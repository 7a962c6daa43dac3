import { LIMITS } from '../limits.ts';
import type { RuntimeNews } from './runtime-process.ts';

/** What callers are told of a failure of the sandbox, not of the function: the payload of their answer. */
export interface SandboxFailure {
  readonly errorType: string;
  readonly errorMessage: string;
}

export function timedOut(requestId: string, seconds: number): SandboxFailure {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  };
}

export function exited(requestId: string, { code, signal }: Extract<RuntimeNews, { kind: 'exit' }>): SandboxFailure {
  const why =
    signal !== null
      ? `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`
      : code === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${code}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${why}` };
}

export function responseTooLarge(): SandboxFailure {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${LIMITS.responseBytes} bytes).`,
  };
}

const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};
