import { WORKER_FILE } from '../worker/worker-archive.ts';
import type { ContainerDefaults } from './image-documents.ts';
import { nodePath } from './node-path.ts';

/** On images that run tasks: the digest of the worker's layer. */
export const WORKER_LABEL = 'lithops.worker';
/** Nobody's numbers: platforms that demand a user who is not root want to see numbers. */
const NOBODY = '65534:65534';
const HTTP_PORT = '8080/tcp';

/**
 * What containers of an image are to be started with once it has the worker: the HTTP worker by default, another mode
 * (`--detached`, `--stdio`) in place of the command. Node is looked for where images have it. Never root: nobody, where the
 * image does not say who. The image's own program, and the check of its health, are not run any more.
 */
export function workerDefaults(base: ContainerDefaults, layerDigest: string): ContainerDefaults {
  const { Healthcheck: _, ...kept } = base;
  const user = base.User ?? '';
  const isRoot = /^(?:root|0)?(?::.*)?$/.test(user);
  const env = new Map((base.Env ?? []).map((entry) => [entry.split('=', 1)[0] ?? '', entry] as const));
  env.set('PATH', `PATH=${nodePath(base)}`);
  if (!env.has('HOME') && isRoot) env.set('HOME', 'HOME=/tmp');
  return {
    ...kept,
    User: isRoot ? NOBODY : user,
    Env: [...env.values()],
    Entrypoint: ['node', WORKER_FILE],
    Cmd: ['--http'],
    Labels: { ...base.Labels, [WORKER_LABEL]: layerDigest },
    ExposedPorts: { ...base.ExposedPorts, [HTTP_PORT]: {} },
  };
}
