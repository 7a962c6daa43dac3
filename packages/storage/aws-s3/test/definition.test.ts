import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('is there without any SDK', () => {
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(specifier, context, next) {
      if (/aws-sdk|smithy/.test(specifier)) throw new Error('loaded ' + specifier);
      return next(specifier, context);
    } });
    const { default: plugin } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
    console.log(plugin.name, plugin.capabilities({}).presign);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stdout + stderr).toBe('aws_s3 true\n');
});
