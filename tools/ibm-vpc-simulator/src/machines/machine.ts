import { type DockerEngine, docker } from '@lithops-tools/services';
import { MACHINE_SCRIPT } from '@lithops-tools/vm-simulator';
import type { DockerNetworks } from './docker-networks.ts';

export interface MachineSpec {
  /** Of the instance; no two have the same. */
  readonly id: string;
  readonly hostname: string;
  readonly image: string;
  readonly address: string;
  readonly userData: string;
  readonly boots: boolean;
}

export interface MachineParts {
  readonly engine: DockerEngine;
  readonly networks: DockerNetworks;
  /** `name=value`: by which it is found when this process is dead. */
  readonly ownerLabel: string;
  /** It is off: it has turned itself off, or somebody has killed it. */
  readonly onOff: () => void;
}

/** The container of an instance. What is done to it is done in the order in which it was asked for. */
export class Machine {
  readonly name: string;
  readonly #spec: MachineSpec;
  readonly #parts: MachineParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(spec: MachineSpec, parts: MachineParts) {
    this.name = `ibm-vpc-${spec.id}`;
    this.#spec = spec;
    this.#parts = parts;
  }

  create(): Promise<void> {
    const { id, hostname, image, address, userData, boots } = this.#spec;
    const { engine, networks, ownerLabel } = this.#parts;
    const environment = [
      `INSTANCE=${id}`,
      `USER_DATA=${Buffer.from(userData).toString('base64')}`,
      `BOOTS=${boots ? 'yes' : 'no'}`,
    ];
    return this.#next(() => [
      ...['create', '--name', this.name, '--label', ownerLabel, '--hostname', hostname],
      ...['--network', networks.inside.name, '--ip', address],
      ...['--volume', `${process.execPath}:/usr/local/bin/node:ro`],
      // What has an engine of its own elsewhere uses that of this cloud.
      ...['--volume', `${engine.socketPath}:/var/run/docker.sock`],
      ...environment.flatMap((each) => ['--env', each]),
      ...[image, '/bin/sh', '-c', MACHINE_SCRIPT],
    ]);
  }

  async start(): Promise<void> {
    await this.#next(() => ['start', this.name]);
    void docker(this.#parts.engine, ['wait', this.name]).then(this.#parts.onOff, this.#parts.onOff);
  }

  /** Cuts its power; resolves also when it is off already. */
  kill(): Promise<void> {
    return this.#next(() => ['kill', this.name]).catch(() => {}); // it is not running
  }

  remove(): Promise<void> {
    return this.#next(() => ['rm', '--force', '--volumes', this.name]);
  }

  reachFromOutside(address: string): Promise<void> {
    return this.#next(() => ['network', 'connect', '--ip', address, this.#parts.networks.outside.name, this.name]);
  }

  reachNoMore(): Promise<void> {
    return this.#next(() => ['network', 'disconnect', '--force', this.#parts.networks.outside.name, this.name]).catch(
      () => {}, // it was not reached
    );
  }

  /** Makes an image of its disk. */
  commit(image: string): Promise<void> {
    return this.#next(() => ['commit', this.name, image]);
  }

  #next(command: () => readonly string[]): Promise<void> {
    const done = this.#last.catch(() => {}).then(async () => void (await docker(this.#parts.engine, command())));
    this.#last = done.catch(() => {});
    return done;
  }
}
