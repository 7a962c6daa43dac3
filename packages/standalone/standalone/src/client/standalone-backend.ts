import type { ComputeBackend, Invocation, InvocationRun, InvokeOptions, PluginContext } from '@lithops/core/plugin';
import type { ClusterSettings } from './cluster-settings.ts';
import { MasterAccess } from './master-access.ts';
import { MasterSession } from './master-session.ts';

/** Runs invocations on a cluster of machines: its master has the queue, and we a connection to it. */
export class StandaloneBackend implements ComputeBackend {
  readonly #access: MasterAccess;
  readonly #session: MasterSession;

  constructor(settings: ClusterSettings, { executorId, logger, signal }: Omit<PluginContext, 'storageFolders'>) {
    this.#access = new MasterAccess(settings, logger, signal);
    this.#session = new MasterSession({ executorId, access: this.#access, settings, logger });
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    return this.#session.run(invocation, module, signal);
  }

  prewarm(): void {
    this.#session.connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
    await this.#access[Symbol.asyncDispose]();
  }
}
