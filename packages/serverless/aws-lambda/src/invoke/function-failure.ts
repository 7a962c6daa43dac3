import { type LithopsError, TimeoutError, WorkerLostError } from '@lithops/core/plugin';

/** What Lambda says when a function has failed as a whole: it, not the code of a call. */
export interface FunctionFailure {
  /** JSON with `errorMessage` and `errorType`, mostly. */
  readonly details: string;
  /** The last of the function's log, in base64. */
  readonly log: string | undefined;
}

const LOG_LINES = 3;

/** The sandbox ended: its time was over, its memory used up, or its runtime gone. */
export function functionError({ details, log }: FunctionFailure, name: string): LithopsError {
  const said = messageOf(details);
  const tail = lastLines(log);
  const text = `${said}${tail === '' ? '' : `; its log ends with: ${tail}`}`;
  if (/timed ?out/i.test(said))
    return new TimeoutError(`function ${name} was ended by Lambda: ${text}`, {
      phase: 'running',
      hint: 'raise aws_lambda.runtime_timeout, or divide the work',
    });
  const oom = /OutOfMemory|signal: killed/.test(said);
  return new WorkerLostError(`function ${name} ended while it ran the call: ${text}`, {
    oom,
    ...(oom && { hint: 'raise aws_lambda.runtime_memory, or divide the work' }),
  });
}

/** ms that Lambda charges for, from the line that it ends each log with. */
export function billedMs(log: string | undefined): number | undefined {
  const [, ms] = /Billed Duration: (\d+) ms/.exec(textOf(log)) ?? [];
  return ms === undefined ? undefined : Number(ms);
}

function messageOf(details: string): string {
  try {
    const { errorType, errorMessage } = JSON.parse(details) as { readonly [key: string]: unknown }; // what Lambda documents
    const told = [errorType, errorMessage].filter((part) => typeof part === 'string');
    if (told.length > 0) return told.join(': ');
  } catch {
    // Text then.
  }
  return details.slice(0, 500);
}

function lastLines(log: string | undefined): string {
  const lines = textOf(log)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:START|END|REPORT|INIT_START|XRAY) /.test(line));
  return lines.slice(-LOG_LINES).join(' / ');
}

function textOf(log: string | undefined): string {
  return log === undefined ? '' : Buffer.from(log, 'base64').toString();
}
