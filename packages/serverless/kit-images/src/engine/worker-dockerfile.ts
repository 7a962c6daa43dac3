import type { ContainerDefaults } from '../image/image-documents.ts';

/** The name of the worker's layer in what is sent. */
export const LAYER_FILE = 'worker.tar';

/**
 * The Dockerfile that puts the worker on top of an image: what has been built is not looked at, nor what it was built from.
 * @param defaults What containers are to be started with.
 */
export function workerDockerfile(
  image: string,
  { User, Env, Entrypoint, Cmd, Labels, ExposedPorts }: ContainerDefaults,
): string {
  return [
    `FROM ${image}`,
    `ADD ${LAYER_FILE} /`,
    ...(Env ?? []).map((entry) => `ENV ${entry.split('=', 1)[0]}=${quoted(entry.slice(entry.indexOf('=') + 1))}`),
    ...Object.entries(Labels ?? {}).map(([name, value]) => `LABEL ${quoted(name)}=${quoted(value)}`),
    ...Object.keys(ExposedPorts ?? {}).map((port) => `EXPOSE ${port}`),
    'HEALTHCHECK NONE',
    `USER ${User}`,
    `ENTRYPOINT ${JSON.stringify(Entrypoint)}`,
    `CMD ${JSON.stringify(Cmd)}`,
    '',
  ].join('\n');
}

/** Variables are not looked into, and lines not joined. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["$\\]/g, '\\$&')}"`;
}
