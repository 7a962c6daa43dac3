import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { LambdaConfigInput } from '../src/index.ts';

/** The `lithops` command under a section of a configuration. */
export interface CommandLine extends Disposable {
  /** In another process, for the account is in this one. @returns what it says; fails when it does */
  run(...args: string[]): Promise<string>;
}

const REPOSITORY = new URL('../../../../', import.meta.url);

/** @param more environment of the command */
export function commandLine(section: LambdaConfigInput, more: NodeJS.ProcessEnv = {}): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-lambda-cli-'));
  const file = join(folder, 'lithops.config.json');
  const plugins = [fileURLToPath(new URL('packages/serverless/aws-lambda/src/index.ts', REPOSITORY))];
  writeFileSync(file, JSON.stringify({ lithops: { backend: 'aws_lambda', plugins }, aws_lambda: section }));
  const main = new URL('packages/kernel/lithops/src/cli/main.ts', REPOSITORY).href;
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  return {
    async run(...args) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, 'lithops', ...args, '-c', file], {
        cwd: REPOSITORY,
        env: { ...process.env, HOME: folder, NO_COLOR: '1', ...more },
      });
      let [output, errors] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString();
      });
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect(code, errors).toBe(0);
      return output;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
