import { pathToFileURL } from 'node:url';
import { scriptUrl } from '../inspect/scripts.ts';
import type { LineOrigin } from './stack-mapper.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A source map (revision 3, https://tc39.es/ecma426/) of a module's lines. */
export function sourceMapOf(lines: readonly (readonly LineOrigin[])[]): string {
  const sources: string[] = [];
  let [source, line, column] = [0, 0, 0];
  const mappings = lines.map((origins) => {
    let generated = 0;
    return origins
      .map(({ column: at, location }) => {
        const index = sourceIndex(sources, location.scriptId);
        const segment =
          digits(at - generated) +
          digits(index - source) +
          digits(location.line - line) +
          digits(location.column - column);
        [generated, source, line, column] = [at, index, location.line, location.column];
        return segment;
      })
      .join(',');
  });
  return JSON.stringify({ version: 3, sources, names: [], mappings: mappings.join(';') });
}

function sourceIndex(sources: string[], scriptId: string): number {
  const url = scriptUrl(scriptId) ?? '';
  const name = url.startsWith('/') ? pathToFileURL(url).href : url;
  const known = sources.indexOf(name);
  return known >= 0 ? known : sources.push(name) - 1;
}

/** Base 64 VLQ. */
function digits(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
