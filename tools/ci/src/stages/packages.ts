import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { parse } from 'es-module-lexer';
import { atOnce, type Check, type Stage, startCheck, toolOfCi } from '../check.ts';
import { sizeCheck, sizeOf } from '../package-sizes.ts';
import { packAll, type Tarball } from '../tarballs.ts';
import { unpacked } from '../unpacked.ts';

/** What the start of every program takes. */
const EVERYBODYS = new Set(['lithops', '@lithops/core', '@lithops/closure', '@lithops/localhost', '@lithops/worker']);

/** What is published: exports, types, sizes, and that everything a package imports is declared by it. */
export const packages: Stage = {
  name: 'packages',
  async run() {
    const checks = await atOnce(
      2,
      (await packAll()).map(
        (tarball) => async (): Promise<Check[]> => [
          await tool(tarball, 'publint', [tarball.file, '--strict']),
          await tool(tarball, 'attw', [tarball.file, '--profile', 'esm-only']),
          ...contents(tarball),
        ],
      ),
    );
    return checks.flat();
  },
};

function tool({ name }: Tarball, program: string, args: readonly string[]): Promise<Check> {
  return startCheck(`${name}: ${program}`, toolOfCi(program), args);
}

function contents({ name, file }: Tarball): Check[] {
  return unpacked(file, (folder) => {
    const faults = contentFaults(folder);
    const imports = `${name}: what it imports is declared`;
    return [
      faults.length === 0
        ? { name: imports, outcome: 'passed' }
        : { name: imports, outcome: 'failed', detail: faults.join('\n') },
      sizeCheck(name, sizeOf(file, folder)),
    ];
  });
}

function contentFaults(folder: string): string[] {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const manifest: { readonly name: string; readonly dependencies?: object; readonly peerDependencies?: object } =
    JSON.parse(text);
  const declared = new Set([
    manifest.name,
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  const faults = /"(workspace|catalog):/.test(text)
    ? ['the manifest still speaks of the workspace or its catalog']
    : [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((entry) => /\.m?js$/.test(entry));
  if (files.length === 0) faults.push('there is no code in it');
  for (const entry of files) {
    const [imports] = parse(readFileSync(join(folder, entry), 'utf8'));
    for (const { specifier, type } of imports) {
      if (EVERYBODYS.has(manifest.name) && type === 'static' && specifier?.startsWith('node:'))
        faults.push(`${entry} imports ${specifier}, by which Node loads all that it has: see direct-builtins.ts`);
      if (!specifier || specifier.startsWith('.') || specifier.startsWith('data:') || isBuiltin(specifier)) continue;
      const dependency = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (!declared.has(dependency)) faults.push(`${entry} imports ${specifier}, which the manifest does not declare`);
    }
  }
  return faults;
}
