import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How shipped code imports what this runtime has installed: `lithops-external:<specifier>`. */
const EXTERNAL = /"lithops-external:([^"]+)"/g;

/** Points imports of installed packages at their files: code that came from elsewhere has no place to look from. @throws Error naming the package that is missing */
export function linkInstalledPackages(code: string): string {
  return code.includes('"lithops-external:')
    ? code.replaceAll(EXTERNAL, (_, specifier: string) => JSON.stringify(locate(specifier)))
    : code;
}

function locate(specifier: string): string {
  const folders = lookupFolders();
  for (const folder of folders) {
    const url = locateFrom(specifier, join(folder, 'here.mjs'));
    if (url !== undefined) return url;
  }
  throw new Error(
    `package ${specifier} is listed in externals, but is not installed where this task runs: looked from ${folders.join(', ')}`,
  );
}

/** The working folder of the process, then where packages are installed globally. */
function lookupFolders(): string[] {
  const globals = [join(dirname(process.execPath), '..', 'lib'), '/usr/local/lib', '/usr/lib', '/usr/share'];
  const named = (process.env['NODE_PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [
    ...new Set([process.cwd(), ...named.map((folder) => dirname(folder)), ...globals].map((path) => resolve(path))),
  ];
}

function locateFrom(specifier: string, file: string): string | undefined {
  const parent = pathToFileURL(file).href;
  try {
    // Takes the second argument only where Node was told to, as supervisors do.
    const url = import.meta.resolve(specifier, parent);
    if (url.startsWith('file:')) return url;
  } catch {
    // Not there, or without the second argument.
  }
  try {
    return pathToFileURL(createRequire(file).resolve(specifier)).href;
  } catch {
    return undefined;
  }
}
