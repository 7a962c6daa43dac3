import {
  type BackendCleanOptions,
  type BackendCleanReport,
  type CallEvent,
  type ComputeBackend,
  type Invocation,
  type InvocationRun,
  type InvokeOptions,
  type PluginContext,
  unlessAborted,
} from '@lithops/core/plugin';
import { cleanNamespace } from './clean-namespace.ts';
import { Cluster } from './cluster/cluster.ts';
import { loadKubeConfig } from './cluster/load-kube-config.ts';
import { type DeployedRuntime, deployRuntime, isUnknownHost } from './deploy-runtime.ts';
import { runtimeImage, runtimeName } from './runtime-image.ts';
import { RuntimeServices } from './runtime-services.ts';
import type { KnativeSettings } from './settings.ts';

/** Runs invocations by requests to the service of their runtime, which is deployed when it is first needed. */
export class KnativeBackend implements ComputeBackend {
  readonly runtimes: RuntimeServices;
  readonly #cluster: Cluster;
  readonly #settings: KnativeSettings;
  readonly #context: PluginContext;
  /** By memory in MB. */
  readonly #deployed = new Map<number, Promise<DeployedRuntime>>();
  /** Those too that are of no use any more. */
  readonly #all = new Set<Promise<DeployedRuntime>>();
  #image: Promise<string> | undefined;

  private constructor(cluster: Cluster, settings: KnativeSettings, context: PluginContext) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#context = context;
    this.runtimes = new RuntimeServices(cluster, settings, context);
  }

  /** Nothing is asked of the cluster yet. @throws ConfigError when the kubeconfig does not say how it is reached */
  static open(settings: KnativeSettings, context: PluginContext): KnativeBackend {
    return new KnativeBackend(new Cluster(loadKubeConfig(settings)), settings, context);
  }

  invoke(invocation: Invocation, options: InvokeOptions): InvocationRun {
    return { [Symbol.asyncIterator]: () => this.#events(invocation, options) };
  }

  prewarm(): void {
    this.#runtime(this.#settings.runtimeMemory).catch(() => {}); // told by the calls
  }

  clean(options: BackendCleanOptions): Promise<BackendCleanReport> {
    return cleanNamespace(this.#cluster, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#all].map(async (runtime) => {
        const deployed = await runtime.catch(() => undefined); // told by the calls that needed it
        await deployed?.runs[Symbol.asyncDispose]();
      }),
    );
  }

  async *#events(invocation: Invocation, options: InvokeOptions): AsyncGenerator<CallEvent> {
    const { signal, runtimeMemory: memory = this.#settings.runtimeMemory } = options;
    const deploying = this.#runtime(memory);
    try {
      const { runs } = await unlessAborted(deploying, signal);
      try {
        yield* runs.invoke(invocation, options);
      } catch (error) {
        if (!isUnknownHost(error) || signal.aborted) throw error;
        // Nothing was run: somebody has deleted the service since it was deployed.
        this.#forget(memory, deploying);
        const again = await unlessAborted(this.#runtime(memory), signal);
        yield* again.runs.invoke(invocation, options);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #runtime(memory: number): Promise<DeployedRuntime> {
    const known = this.#deployed.get(memory);
    if (known !== undefined) return known;
    const deploying = this.#deploy(memory);
    this.#deployed.set(memory, deploying);
    this.#all.add(deploying);
    // What failed may be well the next time.
    deploying.catch(() => {
      this.#forget(memory, deploying);
      this.#all.delete(deploying);
    });
    return deploying;
  }

  async #deploy(memory: number): Promise<DeployedRuntime> {
    const { logger, signal } = this.#context;
    const runtime = runtimeName(this.#settings);
    this.#image ??= runtimeImage(this.#settings, runtime, this.#context);
    this.#image.catch(() => {
      this.#image = undefined;
    });
    const image = await this.#image;
    return deployRuntime({ cluster: this.#cluster, settings: this.#settings, runtime, image, memory, logger, signal });
  }

  #forget(memory: number, deploying: Promise<DeployedRuntime>): void {
    if (this.#deployed.get(memory) === deploying) this.#deployed.delete(memory);
  }
}
