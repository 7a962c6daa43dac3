import type { ContainerDefaults } from './image-documents.ts';

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NODE_FOLDERS = ['/usr/local/bin', '/usr/bin', '/nodejs/bin', '/opt/nodejs/bin', '/usr/local/node/bin'];

/** Folders in which to look for Node, in the container's own order and then where images are known to have it. */
export function nodePath({ Env, Entrypoint, Cmd }: ContainerDefaults): string {
  const path = (Env ?? []).find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? USUAL_PATH;
  const commands = [Entrypoint, Cmd].flat().filter((word) => typeof word === 'string');
  const named = commands.flatMap((word) => (/^\/.*\/node(?:js)?$/.test(word) ? [word.replace(/\/[^/]*$/, '')] : []));
  return [...new Set([...path.split(':'), ...named, ...NODE_FOLDERS])].join(':');
}
