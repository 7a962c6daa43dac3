import type { ImageInspectInfo } from 'dockerode';

/** What we need to know of an image to run Node in it. */
export interface ImageFacts {
  readonly id: string;
  /** Folders in which to look for Node, in the container's own order and then where images are known to have it. */
  readonly path: string;
  /** `USER` of the image; empty: root. */
  readonly user: string;
  /** Whether it says where home is. */
  readonly hasHome: boolean;
  /** `linux/amd64` */
  readonly platform: string;
}

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NODE_FOLDERS = ['/usr/local/bin', '/usr/bin', '/nodejs/bin', '/opt/nodejs/bin', '/usr/local/node/bin'];

export function imageFacts({ Id, Config, Os, Architecture }: ImageInspectInfo): ImageFacts {
  const env = new Map((Config.Env ?? []).map((entry) => [entry.split('=', 1)[0], entry.slice(entry.indexOf('=') + 1)]));
  const commands = [Config.Entrypoint, Config.Cmd].flat().filter((word) => typeof word === 'string');
  const named = commands.flatMap((word) => (/^\/.*\/node(?:js)?$/.test(word) ? [word.replace(/\/[^/]*$/, '')] : []));
  const folders = [...(env.get('PATH') ?? USUAL_PATH).split(':'), ...named, ...NODE_FOLDERS];
  return {
    id: Id,
    path: [...new Set(folders)].join(':'),
    user: Config.User ?? '',
    hasHome: env.has('HOME'),
    platform: `${Os}/${Architecture}`,
  };
}
