import { RuntimeNotFoundError } from '@lithops/core/plugin';

const LEAST_NODE = [22, 12] as const;

/** What to do about an image in which tasks cannot run. */
export const HOW_TO_BUILD =
  'build an image that has it, for example `FROM node:24-slim`: lithops runtime build NAME -f Dockerfile; any entrypoint and user will do';

/** @param version `v24.1.0` or `24.1.0` */
export function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]);
}

export function oldNodeError(image: string, version: string): RuntimeNotFoundError {
  return new RuntimeNotFoundError(
    `image ${image} has Node ${version.replace(/^v/, '')}; tasks need ${LEAST_NODE.join('.')} or later`,
    { hint: HOW_TO_BUILD },
  );
}

/** @param path Where it was looked for: folders as in PATH. */
export function noNodeError(image: string, path: string, cause?: unknown): RuntimeNotFoundError {
  return new RuntimeNotFoundError(`image ${image} has no Node: looked in ${path}`, { hint: HOW_TO_BUILD, cause });
}
