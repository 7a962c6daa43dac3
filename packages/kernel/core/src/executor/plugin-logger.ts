import { styleText } from 'node:util';
import { ConfigError } from '../errors/config-error.ts';
import type { PluginLogger } from '../plugin/compute-plugin.ts';

const LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** As Python calls them. */
const ALIASES: Readonly<Record<string, LogLevel>> = {
  warning: 'warn',
  critical: 'error',
  fatal: 'error',
  off: 'silent',
};
const COLOURS = { error: 'red', warn: 'yellow', info: 'cyan', debug: 'gray' } as const;

/**
 * The level of a configuration, else that of LITHOPS_LOG_LEVEL, else `warn`.
 * @param source where the level was said, for the error
 * @throws ConfigError when there is no such level
 */
export function logLevelOf(level: string | undefined, source?: string): LogLevel {
  const variable = process.env['LITHOPS_LOG_LEVEL'];
  const given = level ?? (variable === '' ? undefined : variable);
  if (given === undefined) return 'warn';
  const lower = given.toLowerCase();
  const known = LEVELS.find((name) => name === lower) ?? ALIASES[lower];
  if (known !== undefined) return known;
  const where = level === undefined ? 'environment variable LITHOPS_LOG_LEVEL' : (source ?? 'logLevel');
  throw new ConfigError(`${where}: there is no log level '${given}'`, { hint: `levels are ${LEVELS.join(', ')}` });
}

/** Whether what is told at a level is written. */
export function logs(level: string | undefined, at: LogLevel): boolean {
  return LEVELS.indexOf(at) <= LEVELS.indexOf(logLevelOf(level));
}

/**
 * Writes what is told up to a level to stderr, a line each: for people, or with LITHOPS_LOG_FORMAT=json as JSON.
 * @param name of who tells it: an executor's id
 */
export function createLogger(level: string | undefined, name: string): PluginLogger {
  const wanted = LEVELS.indexOf(logLevelOf(level));
  const write = (at: Exclude<LogLevel, 'silent'>) => (message: string, fields?: Record<string, unknown>) => {
    if (LEVELS.indexOf(at) > wanted) return;
    process.stderr.write(`${lineOf({ at, name, message, fields })}\n`);
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

interface Told {
  readonly at: Exclude<LogLevel, 'silent'>;
  readonly name: string;
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
}

function lineOf({ at, name, message, fields }: Told): string {
  const time = new Date().toISOString();
  if (process.env['LITHOPS_LOG_FORMAT'] === 'json')
    return JSON.stringify({ time, level: at, name, message, ...fields });
  const text = `${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`;
  if (!(process.stderr.isTTY && process.stderr.hasColors())) return `${time} ${at} [${name}] ${text}`;
  // On a terminal the day is known.
  return `${styleText('gray', time.slice(11, 23))} ${styleText(COLOURS[at], at.padEnd(5))} ${styleText('gray', name)} ${text}`;
}
