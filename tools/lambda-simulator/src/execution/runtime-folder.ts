import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const BOOTSTRAP = `cd "$LAMBDA_TASK_ROOT"
exec /var/lang/bin/node --expose-gc --max-http-header-size 81920 \\
  "--max-semi-space-size=$((AWS_LAMBDA_FUNCTION_MEMORY_SIZE * 5 / 100))" \\
  "--max-old-space-size=$((AWS_LAMBDA_FUNCTION_MEMORY_SIZE * 90 / 100))" \\
  /var/runtime/index.mjs
`;

/**
 * What becomes /var/runtime: Amazon's own runtime client, as published. It takes its connection from
 * `./rapid-client.node`, an addon that has to be compiled; a folder of that name with the same functions does as well.
 * `addon` is the file of a compiled one.
 */
export async function writeRuntime(folder: string, addon: string | undefined): Promise<void> {
  const connection = join(folder, 'rapid-client.node');
  await mkdir(addon === undefined ? connection : folder, { recursive: true });
  await Promise.all([
    copyFile(fileURLToPath(import.meta.resolve('aws-lambda-ric')), join(folder, 'index.mjs')),
    addon === undefined ? writeConnection(connection) : copyFile(addon, connection),
    writeFile(join(folder, 'bootstrap'), BOOTSTRAP),
  ]);
  // mkdtemp makes folders that only their owner may enter; sandboxes run as other users.
  await Promise.all([chmod(folder, 0o755), chmod(connection, 0o755)]);
}

async function writeConnection(folder: string): Promise<void> {
  const source = await readFile(new URL('../runtime/rapid-client.ts', import.meta.url), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'cjs', target: 'node22' });
  await writeFile(join(folder, 'index.js'), code);
}
