import { randomInt } from 'node:crypto';
import { type DockerEngine, docker, ownerLabel } from '@lithops-tools/services';

/** The networks of a cloud: one that all its machines are in, and one for those that are reached from outside. */
export interface DockerNetworks extends AsyncDisposable {
  readonly inside: DockerNetwork;
  readonly outside: DockerNetwork;
}

export interface DockerNetwork {
  readonly name: string;
  /** `10.77`: its addresses are `10.77.0.0/16`. */
  readonly prefix: string;
}

const MOST_TRIES = 20;

export async function makeDockerNetworks(engine: DockerEngine, name: string): Promise<DockerNetworks> {
  const owner = await ownerLabel();
  const make = async (network: string): Promise<DockerNetwork> => {
    for (let tries = 1; ; tries++) {
      const prefix = `10.${randomInt(64, 224)}`;
      try {
        await docker(engine, ['network', 'create', '--label', owner, '--subnet', `${prefix}.0.0/16`, network]);
        return { name: network, prefix };
      } catch (error) {
        if (!/overlap/i.test(String(error)) || tries === MOST_TRIES) throw error;
      }
    }
  };
  const inside = await make(`${name}-inside`);
  const outside = await make(`${name}-outside`);
  return {
    inside,
    outside,
    async [Symbol.asyncDispose]() {
      for (const network of [inside, outside]) await docker(engine, ['network', 'rm', network.name]);
    },
  };
}
