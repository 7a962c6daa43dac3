/** A module file with all that it imports, as one ES module that knows its own place wherever it is put. @throws what esbuild throws */
export async function bundleFile(file: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
