import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'es-module-lexer';
import { type Check, command, type Stage } from '../check.ts';
import { packAll, type Tarball } from '../tarballs.ts';

/** What is published: exports, types, and that everything a package imports is declared by it. */
export const packages: Stage = {
  name: 'packages',
  run() {
    const checks: Check[] = [];
    for (const tarball of packAll()) {
      checks.push(tool(tarball, 'publint', ['publint', tarball.file, '--strict']));
      checks.push(tool(tarball, 'types resolve', ['attw', tarball.file, '--profile', 'esm-only']));
      checks.push(contents(tarball));
    }
    return checks;
  },
};

function tool({ name }: Tarball, what: string, args: readonly string[]): Check {
  const { ok, output } = command('pnpm', ['--filter', '@lithops-tools/ci', 'exec', ...args]);
  return ok
    ? { name: `${name}: ${what}`, outcome: 'passed' }
    : { name: `${name}: ${what}`, outcome: 'failed', detail: output };
}

function contents({ name, file }: Tarball): Check {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-tarball-'));
  try {
    command('tar', ['-xzf', file, '-C', folder]);
    const faults = contentFaults(join(folder, 'package'));
    return faults.length === 0
      ? { name: `${name}: what it imports is declared`, outcome: 'passed' }
      : { name: `${name}: what it imports is declared`, outcome: 'failed', detail: faults.join('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
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
    for (const { specifier } of imports) {
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
