import type { ImageInspectInfo } from 'dockerode';
import { nodePath } from '../image/node-path.ts';

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

export function imageFacts({ Id, Config, Os, Architecture }: ImageInspectInfo): ImageFacts {
  const { Env, Entrypoint, Cmd } = Config;
  return {
    id: Id,
    path: nodePath({ Env, Entrypoint: [Entrypoint ?? []].flat(), Cmd }),
    user: Config.User ?? '',
    hasHome: (Env ?? []).some((entry) => entry.startsWith('HOME=')),
    platform: `${Os}/${Architecture}`,
  };
}
