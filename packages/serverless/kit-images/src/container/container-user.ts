import type { Engine, ImageFacts } from '../engine/index.ts';
import type { ContainerConfig } from './container-keys.ts';

/** Nobody's number, in the group of root: what root shares with its group, storage folders say, such a task can use. */
const NOBODY = '65534:0';

/**
 * Who tasks run as, as `uid:gid`: who the configuration says, else you, so that files in mounted folders are yours. Where
 * you are root it is nobody. With a rootless engine root in the container is you. Undefined: the image's own user.
 */
export async function containerUser(
  { user }: ContainerConfig,
  engine: Engine,
  _image: ImageFacts,
): Promise<string | undefined> {
  if (user !== undefined) return user;
  const uid = process.getuid?.();
  if (uid === undefined || !engine.isLocal) return undefined;
  if (uid === 0) return NOBODY;
  return (await isRootless(engine)) ? '0:0' : `${uid}:${process.getgid?.() ?? 0}`;
}

async function isRootless({ docker }: Engine): Promise<boolean> {
  const { SecurityOptions = [] }: { readonly SecurityOptions?: readonly string[] } = await docker.info();
  return SecurityOptions.some((option) => /name=rootless/.test(option));
}
