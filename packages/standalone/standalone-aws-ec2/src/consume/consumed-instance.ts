import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeInstanceAttributeCommand,
  type EC2Client,
  type Instance,
  StartInstancesCommand,
} from '@aws-sdk/client-ec2';
import { ConfigError, InvocationError, type PluginLogger } from '@lithops/core/plugin';
import { type GuardTimes, guardMachine, SshConnection, type SshTarget } from '@lithops/standalone';
import { until } from '@lithops/standalone/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { filter } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import { instancesOf, THERE, vmOf } from '../machines/instance.ts';

const TRY_AGAIN_MS = 500;

export interface ConsumedParts {
  readonly client: EC2Client;
  readonly id: string;
  /** How it is logged in on, but for its address. */
  readonly login: Omit<SshTarget, 'host' | 'tunnel'>;
  /** Our folder there. */
  readonly folder: string;
  /** When it turns itself off, where it was started for us. */
  readonly guard: GuardTimes;
  readonly startTimeoutMs: number;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
}

/** An instance of the user's. It is started where it is off; then, and only then, it turns itself off when it is not used. */
export class ConsumedInstance {
  readonly #parts: ConsumedParts;
  #hasStarted = false;

  constructor(parts: ConsumedParts) {
    this.#parts = parts;
  }

  /** A connection to it, when it answers. @throws ConfigError, InvocationError, SshError */
  async open(): Promise<SshConnection> {
    const { id, signal, startTimeoutMs } = this.#parts;
    for (const last = Date.now() + startTimeoutMs; ; await delay(TRY_AGAIN_MS, undefined, { signal })) {
      const address = await this.#running(last);
      try {
        const connection = await this.#connect(address);
        if (this.#hasStarted) await this.#guard(connection);
        this.#hasStarted = false;
        return connection;
      } catch (error) {
        // What is wrong with keys is told at once: they are the user's.
        if (!isConnecting(error)) throw error;
        if (Date.now() > last)
          throw new InvocationError(`instance ${id} did not answer within ${startTimeoutMs / 1000} s`, {
            cause: error,
            hint: 'does its security group let you in on port 22? or set start_timeout higher',
          });
      }
    }
  }

  /** The same, where it runs; it is not started for it. */
  async look(): Promise<SshConnection | undefined> {
    const { State, ...instance } = await this.#describe();
    const { client: address } = vmOf({ State, ...instance }).addresses;
    return State?.Name === 'running' && address !== undefined ? this.#connect(address) : undefined;
  }

  #connect(host: string): Promise<SshConnection> {
    return SshConnection.open({ ...this.#parts.login, host }, this.#parts.signal);
  }

  /** Its address, when it has one. */
  async #running(last: number): Promise<string> {
    const { client, id, signal, logger, startTimeoutMs } = this.#parts;
    const address = await until(
      async () => {
        const instance = await this.#describe();
        const state = instance.State?.Name;
        if (state === 'stopped') {
          logger.info(`starting instance ${id}`);
          const request = new StartInstancesCommand({ InstanceIds: [id] });
          await told(`start instance ${id}`, signal, client.send(request, { abortSignal: signal }));
          this.#hasStarted = true;
        }
        return state === 'running' ? vmOf(instance).addresses.client : undefined;
      },
      { signal, withinMs: last - Date.now() },
    );
    if (address !== undefined) return address;
    throw new InvocationError(`instance ${id} did not start within ${startTimeoutMs / 1000} s`, {
      hint: 'set start_timeout higher, or look at it in the console',
    });
  }

  /** @throws ConfigError when there is none, or it is being terminated */
  async #describe(): Promise<Instance> {
    const { client, id, signal } = this.#parts;
    const [instance] = await instancesOf(client, [filter('instance-id', id), THERE], signal);
    if (instance !== undefined) return instance;
    throw new ConfigError(`there is no instance ${id} in this region`, { hint: 'correct aws_ec2.instance_id' });
  }

  async #guard(connection: SshConnection): Promise<void> {
    const { client, id, signal, folder, guard, logger } = this.#parts;
    try {
      const Attribute = 'instanceInitiatedShutdownBehavior';
      const request = new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute });
      const { InstanceInitiatedShutdownBehavior: behavior } = await client.send(request, { abortSignal: signal });
      if (behavior?.Value === 'terminate') throw new Error('it would be terminated: its shutdown behavior says so');
      await guardMachine(connection, folder, guard);
    } catch (error) {
      signal.throwIfAborted();
      logger.warn(`instance ${id} was started, and stays on until you stop it: ${String(error)}`);
    }
  }
}

function isConnecting(error: unknown): boolean {
  return codeOf(error) === 'SshError' && (error as { readonly failure?: unknown }).failure === 'connection';
}
