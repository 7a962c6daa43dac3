import type { ContainerConfig } from '@lithops/kit-images/container';
import { containerKeys } from '@lithops/kit-images/container-keys';
import type { ContainerSettings } from '../protocol/container-environment.ts';

/** What a section says of containers: an image, and how its containers are made. */
export interface ContainerSection extends ContainerConfig {
  /** Image whose containers tasks run in, on each machine. Default: none, tasks run with the machine's Node. */
  readonly runtime?: string | undefined;
}

/** The containers that a section asks for: those keys that say something, in an order that is always the same. */
export function containerSettings(section: ContainerSection): ContainerSettings | undefined {
  const { runtime } = section;
  if (runtime === undefined) return undefined;
  const names = Object.keys(containerKeys).toSorted() as (keyof ContainerConfig)[]; // they are its keys
  const config = Object.fromEntries(
    names.flatMap((name) => (section[name] === undefined ? [] : [[name, section[name]]])),
  );
  return { image: runtime, config };
}
