/** Options of Node that change what code means, with those that take a value in the next argument. */
const KEPT =
  /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C|--experimental-.+|--no-experimental-.+|--enable-source-maps|--stack-size|--env-file.*|--tsconfig.*|--preserve-symlinks.*)(?:=|$)/;
const WITH_VALUE = new Set([
  '--import',
  '--require',
  '-r',
  '--loader',
  '--experimental-loader',
  '--conditions',
  '-C',
  '--stack-size',
]);

/** Of the calling script's options for Node, those that its functions need in a worker too: loaders, not debuggers or test runners. */
export function loaderFlags(execArgv: readonly string[]): string[] {
  const flags: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i] ?? '';
    if (!KEPT.test(flag)) continue;
    flags.push(flag);
    const value = execArgv[i + 1];
    if (WITH_VALUE.has(flag) && value !== undefined) {
      flags.push(value);
      i++;
    }
  }
  return flags;
}
