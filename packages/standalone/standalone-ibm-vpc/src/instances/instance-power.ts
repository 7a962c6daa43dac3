import { ConfigError, InvocationError } from '@lithops/core/plugin';
import { until } from '@lithops/standalone/plugin';
import type { VpcClient } from '../api/vpc-client.ts';
import type { Instance } from '../api/vpc-resources.ts';
import type { InstanceRegister } from './instance-register.ts';

/** When a machine that was asked to turn itself off has not, its power is cut, in ms. */
const POLITE_STOP_MS = 60_000;

/** Turns machines on and off. */
export class InstancePower {
  readonly #client: VpcClient;
  readonly #register: InstanceRegister;

  constructor(client: VpcClient, register: InstanceRegister) {
    this.#client = client;
    this.#register = register;
  }

  async start(id: string, signal: AbortSignal): Promise<void> {
    const instance = await this.#client.get<Instance>(`/instances/${id}`, { signal });
    if (instance.status === 'stopped' || instance.status === 'failed') {
      await this.#act(id, { type: 'start' }, signal);
      // As long as it is off, others see that it is to be kept.
      await this.until(id, ({ status }) => status !== 'stopped', signal);
    }
    await this.#register.keep(instance, false, signal);
  }

  /** Resolves when it is off. */
  async stop(id: string, signal: AbortSignal): Promise<void> {
    const instance = await this.#client.get<Instance>(`/instances/${id}`, { signal });
    await this.#register.keep(instance, true, signal);
    if (instance.status === 'stopped') return;
    await this.#act(id, { type: 'stop' }, signal);
    const patience = AbortSignal.any([signal, AbortSignal.timeout(POLITE_STOP_MS)]);
    const isOff = ({ status }: Instance) => status === 'stopped';
    await this.until(id, isOff, patience).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (!patience.aborted) throw error;
      await this.#act(id, { type: 'stop', force: true }, signal);
      await this.until(id, isOff, signal);
    });
  }

  /** Has a machine run that somebody else has made. @throws ConfigError when there is none */
  async startExisting(id: string, signal: AbortSignal): Promise<void> {
    const instance = await this.#client.find<Instance>(`/instances/${encodeURIComponent(id)}`, { signal });
    if (instance === undefined) throw new ConfigError(`there is no machine ${id} (instance_id)`);
    if (instance.status === 'running') return;
    if (instance.status === 'stopped') await this.#act(id, { type: 'start' }, signal);
    await this.until(id, ({ status }) => status === 'running', signal);
  }

  /** The machine, when it is so. @throws InvocationError when it has failed */
  async until(id: string, isSo: (instance: Instance) => boolean, signal: AbortSignal): Promise<Instance> {
    return until(
      async () => {
        const instance = await this.#client.get<Instance>(`/instances/${id}`, { signal });
        if (isSo(instance)) return instance;
        if (instance.status !== 'failed') return undefined;
        const reasons = (instance.status_reasons ?? []).map(({ code, message }) => `${code}: ${message}`).join('; ');
        throw new InvocationError(
          `IBM Cloud could not bring up machine ${instance.name}: ${reasons || 'it has failed'}`,
        );
      },
      { signal },
    );
  }

  async #act(id: string, action: object, signal: AbortSignal): Promise<void> {
    await this.#client.post(`/instances/${id}/actions`, action, { signal });
  }
}
