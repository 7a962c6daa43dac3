import { bundleCode } from '../bundle/bundle-code.ts';
import type { LinkEntry } from '../function-definition.ts';
import { SerializationError } from '../serialization-error.ts';

/** A module of another package that shipped functions use. */
export interface LinkedModule extends Pick<LinkEntry, 'url' | 'required' | 'specifier'> {
  /** Loaded when its member, a function, is called. */
  readonly lazy?: boolean;
}

/** What bundling made, and which of the runtime's packages it uses. */
export interface BundledModule {
  readonly code: string;
  readonly externals: readonly string[];
}

/**
 * The packages behind links as one expression: an object with a member for each of `modules`. What travels beside it keeps
 * its lines, so that stacks still point at the user's files.
 * @throws SerializationError naming the package that cannot be bundled.
 */
export async function bundleLinks(
  modules: ReadonlyMap<string, LinkedModule>,
  externals: readonly string[],
): Promise<BundledModule> {
  const lines = [...modules].map(([name, { url, required, lazy }]) =>
    required === true
      ? `export const ${name} = ${lazy === true ? '() => ' : ''}require(${JSON.stringify(url)});`
      : `import * as ${name} from ${JSON.stringify(url)}; export { ${name} };`,
  );
  const specifiers = new Map(
    [...modules.values()].flatMap(({ url, specifier }): [string, string][] =>
      url === undefined || specifier === undefined ? [] : [[url, specifier]],
    ),
  );
  return bundled({ contents: lines.join('\n'), format: 'iife', externals, specifiers });
}

/** A whole module with the packages that it imports, at its top or on the way. @throws SerializationError */
export async function bundleModule(code: string, externals: readonly string[]): Promise<BundledModule> {
  return bundled({ contents: code, format: 'esm', externals });
}

async function bundled(options: Omit<Parameters<typeof bundleCode>[0], 'resolveDir'>): Promise<BundledModule> {
  try {
    return await bundleCode({ ...options, resolveDir: process.cwd() });
  } catch (cause) {
    throw refusedPackage(cause) ?? cannotBundle(cause);
  }
}

function cannotBundle(cause: unknown): SerializationError {
  return new SerializationError(
    'module',
    `what it imports cannot be bundled: ${cause instanceof Error ? cause.message : String(cause)}`,
    'install the package in the runtime and list it in externals',
    { cause },
  );
}

/** What one of the bundler's plugins threw, among what it tells of. */
function refusedPackage(error: unknown): SerializationError | undefined {
  if (typeof error !== 'object' || error === null || !('errors' in error) || !Array.isArray(error.errors))
    return undefined;
  const details: unknown[] = error.errors.map((each: { readonly detail?: unknown }) => each.detail);
  return details.find((detail) => detail instanceof SerializationError);
}
