import { readFileSync } from 'node:fs';
import { findSourceMap, SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { SourceLocation } from '../inspect/function-facts.ts';
import { scriptUrl, sourceMapUrl } from '../inspect/scripts.ts';

/** Where a stretch of a module's line comes from; columns and lines from 0. */
export interface LineOrigin {
  readonly column: number;
  readonly location: SourceLocation;
}

const FRAME = /lithops:\/\/\/([0-9a-f]+)\/[^:()\s]*:(\d+):(\d+)/g;

/** Finds the user's file and line for frames of shipped modules. */
export class StackMapper {
  readonly #modules = new Map<string, { readonly lineOrigins: readonly (readonly LineOrigin[])[] }>();

  add(hash: string, module: { readonly lineOrigins: readonly (readonly LineOrigin[])[] }): void {
    this.#modules.set(hash, module);
  }

  map(stack: string): string {
    return stack.replace(FRAME, (frame, hash: string, line: string, column: string) => {
      const origins = this.#modules.get(hash)?.lineOrigins[Number(line) - 1];
      const origin = origins?.findLast((candidate) => candidate.column < Number(column)) ?? origins?.[0];
      if (origin === undefined) return frame;
      return originalPosition({
        scriptId: origin.location.scriptId,
        line: origin.location.line,
        column: Math.max(0, origin.location.column + Number(column) - 1 - origin.column),
      });
    });
  }
}

/** `file:line:column` in what the user wrote, through the map of whatever loader changed it. */
export function originalPosition({ scriptId, line, column }: SourceLocation): string {
  const url = scriptUrl(scriptId);
  if (url === undefined || url === '') return `<anonymous>:${line + 1}:${column + 1}`;
  const origin = mapOf(url, scriptId)?.findEntry(line, column);
  if (origin !== undefined && 'originalSource' in origin && origin.originalSource) {
    const source = new URL(origin.originalSource, url.startsWith('file:') ? url : `file://${url}`).href;
    return `${source}:${origin.originalLine + 1}:${origin.originalColumn + 1}`;
  }
  return `${url}:${line + 1}:${column + 1}`;
}

const maps = new Map<string, SourceMap | undefined>();

function mapOf(url: string, scriptId: string): SourceMap | undefined {
  const known = findSourceMap(url);
  if (known !== undefined) return known;
  if (!maps.has(url)) {
    const at = sourceMapUrl(scriptId);
    maps.set(url, at === '' ? undefined : readMap(url, at));
  }
  return maps.get(url);
}

function readMap(url: string, mapUrl: string): SourceMap | undefined {
  try {
    const inline = /^data:[^,]*?(;base64)?,(.*)$/s.exec(mapUrl);
    const text =
      inline === null
        ? readFileSync(fileURLToPath(new URL(mapUrl, url.startsWith('file:') ? url : `file://${url}`)), 'utf8')
        : inline[1] === undefined
          ? decodeURIComponent(inline[2] ?? '')
          : Buffer.from(inline[2] ?? '', 'base64').toString();
    return new SourceMap(JSON.parse(text));
  } catch {
    // A map that cannot be read leaves the position in the file that ran, which is true as well.
    return undefined;
  }
}
