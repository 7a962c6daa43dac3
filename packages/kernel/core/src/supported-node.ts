/** @throws Error when this Node is too old, with a sentence instead of the first function that it lacks. */
export function assertSupportedNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return;
  throw new Error(`@lithops/core needs Node 22.12 or later; this is ${version} (${process.execPath})`);
}
