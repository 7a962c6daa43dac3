import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@lithops/core';
import { parse } from 'yaml';
import { type Check, repository } from './check.ts';

const FENCE = '```';
/** The command line from source, as its `bin` starts it. */
const CLI = `const { main } = await import(${JSON.stringify(join(repository, 'packages/kernel/lithops/src/cli/main.ts'))}); await main(process.argv);`;

/** Every command of ours in a page's shell blocks is there, with the options that it is given. */
export function checkCommands(page: string): Check[] {
  const lines = blocks(page, 'sh|console').flatMap((block) => block.split('\n'));
  const told = lines.flatMap((line) => /(?:^|[ (])lithops ((?:[^#|>)]|(?<!\s)>)*)/.exec(line)?.[1]?.trim() ?? []);
  return [...new Set(told)].map((command) => {
    const words = command.split(/\s+/);
    const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
    const names = end < 0 ? words : words.slice(0, end);
    const { stdout, stderr } = spawnSync('node', ['--input-type=module', '-e', CLI, 'lithops', ...names, '--help'], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const known = /^Usage: lithops ([a-z ]*[a-z])/m.exec(stdout)?.[1] ?? '';
    const strange = words.filter((word) => /^--?[a-z]/.test(word) && !stdout.includes(word));
    // What follows the name of a group is one of its commands, not an argument.
    const isGroup = /^Commands:/m.test(stdout) && names.join(' ') !== known;
    const isThere = known !== '' && names.join(' ').startsWith(known) && !isGroup && strange.length === 0;
    const name = `${page}: lithops ${command}`;
    return isThere
      ? { name, outcome: 'passed' }
      : { name, outcome: 'failed', detail: `unknown: ${strange.join(' ') || names.join(' ')}\n${stdout}${stderr}` };
  });
}

/** Every configuration in a page's blocks of YAML is one. */
export function checkConfigurations(page: string): Check[] {
  return blocks(page, 'yaml')
    .filter((block) => block.includes('lithops:'))
    .map((block, i) => {
      const name = `${page} configuration ${i + 1}`;
      try {
        loadConfig({ config: parse(block) });
        return { name, outcome: 'passed' };
      } catch (error) {
        return { name, outcome: 'failed', detail: String(error) };
      }
    });
}

function blocks(page: string, languages: string): string[] {
  const text = readFileSync(join(repository, page), 'utf8');
  const block = new RegExp(`${FENCE}(?:${languages})\\n(.*?)${FENCE}`, 'gs');
  return [...text.matchAll(block)].map(([, content = '']) => content);
}
