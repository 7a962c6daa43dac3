import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** URL of the module that a package is imported by; undefined where it is not installed. @param from folders to look from, the application's first */
export async function locatePackage(name: string, from: readonly string[]): Promise<string | undefined> {
  // Loaded only for what is in packages of its own.
  const { resolveModuleURL } = await import('exsolve');
  const folders = [...from, dirname(fileURLToPath(import.meta.url))];
  return resolveModuleURL(name, {
    from: folders.map((folder) => pathToFileURL(join(folder, 'package.json')).href),
    try: true,
  });
}

/** How the package manager that runs this process installs a package. */
export function installCommand(): string {
  const manager = /^(pnpm|yarn|bun)\//.exec(process.env['npm_config_user_agent'] ?? '')?.[1];
  return manager === undefined ? 'npm install' : `${manager} add`;
}
