import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction, constants } from 'node:vm';

/** Runs the body of a CommonJS module that came as text, and gives what it exports. */
export function evaluateModule(code: string): unknown {
  const filename = join(process.cwd(), 'lithops-storage.cjs');
  const run = compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'], {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  run(module.exports, createRequire(filename), module, filename, process.cwd());
  return module.exports;
}
