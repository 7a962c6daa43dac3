import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecutorOptions, FunctionExecutor, registry as plugins } from '@lithops/core';
import {
  type KubernetesSimulator,
  type SimulatorOptions,
  startKubernetesSimulator,
} from '@lithops-tools/kubernetes-simulator';
import {
  buildNodeImage,
  type DockerEngine,
  type DockerRegistry,
  docker,
  startDockerEngine,
  startDockerRegistry,
} from '@lithops-tools/services';
import { Cluster } from '../src/cluster/cluster.ts';
import { loadKubeConfig } from '../src/cluster/load-kube-config.ts';
import plugin, { type KnativeConfig } from '../src/index.ts';

plugins.register(plugin);

/** A simulated cluster, a private registry with an image of Node in it, and executors on them as users make them. */
export interface TestCluster extends AsyncDisposable {
  readonly cluster: KubernetesSimulator;
  readonly engine: DockerEngine;
  readonly registry: DockerRegistry;
  /** An image with Node that the engine has. */
  readonly nodeImage: string;
  /** A section that reaches all of it, for a user of the cluster. */
  section(more?: KnativeConfig, user?: string): KnativeConfig;
  executor(more?: KnativeConfig, options?: ExecutorOptions): FunctionExecutor;
  /** Puts an image of the engine into the registry. @returns its name there */
  put(image: string, name: string): Promise<string>;
  cli(...args: string[]): Promise<string>;
  /** Names of its pods. */
  pods(): Promise<string[]>;
}

export async function startTestCluster(options: SimulatorOptions = {}): Promise<TestCluster> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'lithops-knative-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const engine = stack.use(await startDockerEngine());
  const registry = stack.use(await startDockerRegistry());
  const { server, user, password } = registry;
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [server]: { auth } } }));
  process.env['DOCKER_CONFIG'] = folder;
  const cli = (...args: string[]) => docker(engine, args);
  const put = async (image: string, name: string) => {
    const whole = `${server}/${name}`;
    await cli('tag', image, whole);
    await cli('push', whole);
    await cli('rmi', whole);
    return whole;
  };
  const nodeImage = await buildNodeImage(engine);
  const runtime = await put(nodeImage, 'team/node:24');
  const cluster = stack.use(await startKubernetesSimulator({ ...options, engine }));
  const kubeconfigOf = (name = 'admin') => {
    const file = join(folder, `kubeconfig-${name}`);
    writeFileSync(file, cluster.kubeconfig(name));
    return file;
  };
  const section = (more: KnativeConfig = {}, name?: string): KnativeConfig => ({
    kubecfgPath: kubeconfigOf(name),
    runtime,
    runtimeMemory: 256,
    runtimeCpu: 0.5,
    dockerServer: server,
    dockerUser: user,
    dockerPassword: password,
    ...more,
  });
  const owned = stack.move();
  return {
    cluster,
    engine,
    registry,
    nodeImage,
    section,
    executor: (more, given = {}) =>
      new FunctionExecutor({ ...given, backend: 'knative', config: { knative: section(more) } }),
    put,
    cli,
    pods: async () => {
      const pods = await new Cluster(loadKubeConfig({ kubecfgPath: kubeconfigOf() })).listPods('');
      return pods.flatMap(({ metadata }) => metadata?.name ?? []);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new TypeError(`it rejected with ${String(error)}`);
  }
  throw new TypeError('it did not reject');
}
