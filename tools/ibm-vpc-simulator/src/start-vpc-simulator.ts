import { randomBytes } from 'node:crypto';
import { buildSshMachineImage, docker, ownerLabel, removeLeftovers, startDockerEngine } from '@lithops-tools/services';
import { startApiServer } from './api/api-server.ts';
import { Iam } from './api/iam.ts';
import { makeDockerNetworks } from './machines/docker-networks.ts';
import { Cloud, REGION } from './resources/cloud.ts';
import { floatingIpOperations } from './resources/floating-ip-operations.ts';
import { addImagesOfIbm, imageOperations } from './resources/image-operations.ts';
import { instanceOperations } from './resources/instance-operations.ts';
import { networkOperations } from './resources/network-operations.ts';
import type { SimulatorOptions } from './simulator-options.ts';

/** An account of IBM Cloud, in one region, with its API on loopback. All of it goes when it is disposed. */
export interface VpcSimulator extends AsyncDisposable {
  /** Of the API and of IAM. */
  readonly endpoint: string;
  readonly region: string;
  readonly apiKey: string;
  readonly resourceGroupId: string;
  readonly iam: Iam;
  /** Where its machines reach what listens on this host there. */
  readonly gateway: string;
  /** Names of all that there is and costs, by kind. */
  left(): Readonly<Record<string, readonly string[]>>;
  /** The container of an instance. @throws Error when there is none of that name */
  container(instance: string): string;
}

export async function startVpcSimulator(options: SimulatorOptions = {}): Promise<VpcSimulator> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await startDockerEngine());
  await removeLeftovers(engine);
  const account = `ibm-vpc-${randomBytes(4).toString('hex')}`;
  const dockerImage = await buildSshMachineImage(engine);
  const networks = stack.use(await makeDockerNetworks(engine, account));
  const cloud = new Cloud({ engine, networks, ownerLabel: await ownerLabel(), options });
  addImagesOfIbm(cloud, dockerImage);
  stack.defer(async () => {
    for (const { machine } of cloud.instances.values()) await machine.remove().catch(() => {}); // it is gone already
    for (const { docker: tag, visibility } of cloud.images.values())
      if (visibility === 'private') await docker(engine, ['rmi', '--force', tag]).catch(() => {}); // it is gone already
  });
  const iam = new Iam(randomBytes(22).toString('base64url'));
  const operations = [
    ...networkOperations(cloud),
    ...floatingIpOperations(cloud),
    ...instanceOperations(cloud),
    ...imageOperations(cloud, account),
  ];
  const { endpoint } = stack.use(await startApiServer(operations, iam, options));
  const names = (all: ReadonlyMap<string, { readonly name: string }>) => [...all.values()].map(({ name }) => name);
  const owned = stack.move();
  return {
    endpoint,
    region: REGION,
    apiKey: iam.apiKey,
    resourceGroupId: randomBytes(16).toString('hex'),
    iam,
    gateway: `${networks.inside.prefix}.0.1`,
    left: () => ({
      vpcs: names(cloud.vpcs),
      subnets: names(cloud.subnets),
      gateways: names(cloud.gateways),
      securityGroups: names(cloud.groups),
      floatingIps: names(cloud.floatingIps),
      instances: names(cloud.instances),
      volumes: names(cloud.volumes),
    }),
    container: (instance) => {
      const found = [...cloud.instances.values()].find(({ name }) => name === instance);
      if (found === undefined) throw new Error(`there is no instance ${instance}`);
      return found.machine.name;
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}
