import { ConfigError } from '@lithops/core/plugin';

/** Where metrics go. */
export interface Gateway {
  readonly url: URL;
  /** ms between two pushes. */
  readonly intervalMs: number;
}

const KEYS = ['apigateway', 'interval'];
const DEFAULT_SECONDS = 5;

/** Checks section `prometheus`. @throws ConfigError */
export function readSection(section: unknown): Gateway {
  if (typeof section !== 'object' || section === null) throw new ConfigError('section prometheus is no list of keys');
  const unknown = Object.keys(section).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new ConfigError(`prometheus: unknown key ${unknown}; known keys are ${KEYS.join(', ')}`);
  const { apigateway, interval = DEFAULT_SECONDS } = section as {
    readonly apigateway?: unknown;
    readonly interval?: unknown;
  }; // looked at below
  if (typeof interval !== 'number' || !(interval >= 0.1 && interval <= 3600))
    throw new ConfigError('prometheus.interval: a number of seconds from 0.1 to 3600 is expected');
  return { url: urlOf(apigateway), intervalMs: interval * 1000 };
}

/** What is given is in no message: it may hold a password. */
function urlOf(apigateway: unknown): URL {
  const url = typeof apigateway === 'string' && URL.canParse(apigateway) ? new URL(apigateway) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ConfigError('prometheus.apigateway: the URL of a Pushgateway is expected, like http://gateway:9091');
}
