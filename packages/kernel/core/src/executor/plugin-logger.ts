import type { PluginLogger } from '../plugin/compute-plugin.ts';

const LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
type Level = (typeof LEVELS)[number];

/** Writes lines up to a level to stderr; `warn` unless the configuration or LITHOPS_LOG_LEVEL says otherwise. */
export function createLogger(level: string | undefined, name: string): PluginLogger {
  const wanted = LEVELS.indexOf((level ?? process.env['LITHOPS_LOG_LEVEL'] ?? 'warn').toLowerCase() as Level); // -1 when it is none
  const write = (at: Level) => (message: string, fields?: Record<string, unknown>) => {
    if (LEVELS.indexOf(at) > wanted) return;
    process.stderr.write(
      `${new Date().toISOString()} ${at} [${name}] ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}\n`,
    );
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}
