import { existsSync } from 'node:fs';
import { isImageName } from '@lithops/core/plugin';

/** Begins with a slash, a dot, a tilde or a drive: so are paths written, and no image. */
const PATH = /^(?:[/\\.~]|[A-Za-z]:[\\/])/;

/** Whether a runtime names an image. A file of that name, seen from the working folder, is meant as such. */
export function isImageRuntime(runtime: unknown): runtime is string {
  return typeof runtime === 'string' && !PATH.test(runtime) && isImageName(runtime) && !existsSync(runtime);
}
