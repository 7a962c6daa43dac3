import { randomBytes } from 'node:crypto';
import { type DockerEngine, docker, ownerLabel, removeLeftovers, startDockerEngine } from '@lithops-tools/services';

/** By which the containers, networks and images of an account are found. */
export const ACCOUNT_LABEL = 'vm-simulator.account';

/** Where machines are made: a network of their own. It goes with all that is in it. */
export interface VmAccount extends AsyncDisposable {
  /** By which other processes use it, too. */
  readonly name: string;
  readonly engine: DockerEngine;
  /** Where its machines reach what listens on this host there, and so does this process. */
  readonly gateway: string;
  /** Ids of the containers that are its machines, whatever their state. */
  containers(): Promise<readonly string[]>;
}

export async function openVmAccount(): Promise<VmAccount> {
  const engine = await startDockerEngine();
  await removeLeftovers(engine);
  const name = `lithops-vms-${randomBytes(4).toString('hex')}`;
  const owner = ['--label', await ownerLabel()];
  await docker(engine, ['network', 'create', ...owner, '--label', `${ACCOUNT_LABEL}=${name}`, name]);
  const gateway = await docker(engine, [
    ...['network', 'inspect', '-f', '{{range .IPAM.Config}}{{.Gateway}}{{end}}', name],
  ]);
  const filter = ['--filter', `label=${ACCOUNT_LABEL}=${name}`];
  const ids = async (command: readonly string[]) =>
    (await docker(engine, [...command, ...filter])).split('\n').filter((id) => id !== '');
  const containers = () => ids(['ps', '--all', '--quiet', '--no-trunc']);
  return {
    name,
    engine,
    gateway,
    containers,
    async [Symbol.asyncDispose]() {
      const left = await containers();
      if (left.length > 0) await docker(engine, ['rm', '--force', '--volumes', ...left]);
      const images = new Set(await ids(['images', '--quiet']));
      if (images.size > 0) await docker(engine, ['rmi', '--force', ...images]);
      await docker(engine, ['network', 'rm', name]);
      await engine[Symbol.asyncDispose]();
    },
  };
}
