import { randomBytes } from 'node:crypto';
import {
  type EC2Client,
  type Instance,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { InvocationError, type PluginLogger, unlessAborted } from '@lithops/core/plugin';
import type { Vm, VmCallOptions, VmLabels, VmProvider, VmSpec } from '@lithops/standalone';
import { until } from '@lithops/standalone/plugin';
import { ec2Client } from '../aws/ec2-client.ts';
import { codeOf, ec2Error } from '../aws/ec2-error.ts';
import { KNOWN_MS } from '../aws/once-known.ts';
import { CLAIM_TAG, filter, tagFilters, tagOf } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import { Turns } from '../aws/turns.ts';
import type { Ec2Config } from '../config.ts';
import { AmiImages } from '../images/ami-images.ts';
import { findImage, type MachineImageFacts } from '../images/find-image.ts';
import { cleanNetworks } from '../network/clean-networks.ts';
import { type Ec2Network, findNetwork } from '../network/network.ts';
import { instancesOf, isThere, THERE, vmOf } from './instance.ts';
import { InstanceTypes } from './instance-types.ts';
import { NameClaim } from './name-claim.ts';
import { runRequest } from './run-request.ts';

/** EC2 takes some five requests for machines at once, and two more each second. */
const MADE_AT_ONCE = 4;
/** What somebody else has made is shown within so long. */
const OTHERS_SHOWN_MS = 5000;

/** Machines of an account and region of Amazon EC2. */
export class Ec2Provider implements VmProvider {
  readonly name = 'aws_ec2';
  readonly images: AmiImages;
  readonly #client: EC2Client;
  readonly #config: Ec2Config;
  readonly #logger: PluginLogger;
  readonly #types: InstanceTypes;
  readonly #turns = new Turns(MADE_AT_ONCE);
  readonly #found = new Map<string, Promise<MachineImageFacts>>();
  readonly #closing = new AbortController();
  #network: Promise<Ec2Network> | undefined;

  /** Nothing is asked of EC2 yet. */
  constructor(config: Ec2Config, logger: PluginLogger) {
    this.#config = config;
    this.#logger = logger;
    this.#client = ec2Client(config);
    this.#types = new InstanceTypes(this.#client);
    this.images = new AmiImages(this.#client, config);
  }

  async create(spec: VmSpec, { signal }: VmCallOptions): Promise<Vm | undefined> {
    const [network, image] = await Promise.all([this.#networkOf(signal), this.#imageOf(spec, signal)]);
    const claim = randomBytes(8).toString('hex');
    const names = new NameClaim(spec.name, Date.now());
    for (;;) {
      const named = await this.#named(spec.name, signal);
      if (named.some(isThere)) return undefined;
      names.skip(named);
      const { token } = names;
      const made = await this.#run(spec, { network, image, token, claim }, signal);
      if (made !== undefined) return this.#onlyOne(spec.name, made, signal);
      // Somebody else has used the token: for one that is there, or for one that is gone again.
      const used = await until(
        async () => (await this.#named(spec.name, signal)).find(({ ClientToken }) => ClientToken === token),
        { signal, withinMs: OTHERS_SHOWN_MS },
      );
      if (used === undefined) names.skipUnseen();
    }
  }

  async list(labels: VmLabels, { signal }: VmCallOptions): Promise<readonly Vm[]> {
    signal.throwIfAborted();
    const filters = [...tagFilters(labels), filter('tag-key', CLAIM_TAG), THERE];
    return (await instancesOf(this.#client, filters, signal)).map(vmOf);
  }

  async start(id: string, { signal }: VmCallOptions): Promise<void> {
    const request = new StartInstancesCommand({ InstanceIds: [id] });
    await until(
      async () => {
        try {
          await this.#client.send(request, { abortSignal: signal });
          return true;
        } catch (error) {
          const state = (await this.#stateOf(id, signal)) ?? 'not there';
          // It is started when it is off.
          if (codeOf(error) === 'IncorrectInstanceState' && state === 'stopping') return undefined;
          throw ec2Error(`start machine ${id}, which is ${state}`, error, signal);
        }
      },
      { signal },
    );
  }

  async stop(id: string, { signal }: VmCallOptions): Promise<void> {
    const request = new StopInstancesCommand({ InstanceIds: [id] });
    await told(`stop machine ${id}`, signal, this.#client.send(request, { abortSignal: signal }));
    await until(
      async () => {
        const state = await this.#stateOf(id, signal);
        if (state === undefined) throw new InvocationError(`machine ${id} was deleted while it was stopped`);
        return state === 'stopped' ? state : undefined;
      },
      { signal },
    );
  }

  async delete(id: string, { signal }: VmCallOptions): Promise<void> {
    const request = new TerminateInstancesCommand({ InstanceIds: [id] });
    const answer = this.#client.send(request, { abortSignal: signal }).catch((error: unknown) => {
      if (!/^InvalidInstanceID/.test(codeOf(error))) throw error;
    });
    await told(`delete machine ${id}`, signal, answer);
    // It may be shown as running for a moment.
    await until(async () => ((await this.#stateOf(id, signal)) === undefined ? true : undefined), { signal });
  }

  async cpus(instanceType: string, { signal }: VmCallOptions): Promise<number> {
    return (await this.#types.facts(instanceType, signal)).cpus;
  }

  /** Networks that were made, but for those with machines in them. */
  clean({ signal }: VmCallOptions): Promise<readonly string[]> {
    this.#network = undefined;
    return cleanNetworks(this.#client, this.#logger, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the executor was closed'));
    this.#client.destroy();
  }

  /** @returns undefined when the token has been used for another request */
  async #run(
    spec: VmSpec,
    parts: {
      readonly network: Ec2Network;
      readonly image: MachineImageFacts;
      readonly token: string;
      readonly claim: string;
    },
    signal: AbortSignal,
  ): Promise<Instance | undefined> {
    const request = new RunInstancesCommand(runRequest(spec, { config: this.#config, ...parts }));
    try {
      const { Instances: [made] = [] } = await this.#turns.take(() => {
        signal.throwIfAborted();
        return this.#client.send(request, { abortSignal: signal });
      });
      if (made?.InstanceId !== undefined) return made;
      throw new InvocationError(`could not make machine ${spec.name}: EC2 does not tell which it is`);
    } catch (error) {
      if (codeOf(error) === 'IdempotentParameterMismatch') return undefined;
      if (!signal.aborted && !wasRefused(error)) await this.#takeBack(spec.name, parts.claim);
      throw ec2Error(`make machine ${spec.name}`, error, signal);
    }
  }

  /** Of an answer that was lost: nobody would know of the machine. */
  async #takeBack(name: string, claim: string): Promise<void> {
    const { signal } = new AbortController();
    const mine = (instance: Instance) => tagOf(instance.Tags, CLAIM_TAG) === claim;
    try {
      const left = await until(async () => (await this.#named(name, signal)).find(mine), {
        signal,
        withinMs: OTHERS_SHOWN_MS,
      });
      if (left?.InstanceId !== undefined) await this.delete(left.InstanceId, { signal });
    } catch (error) {
      this.#logger.warn(`machine ${name} may have been made, and would turn itself off: ${String(error)}`);
    }
  }

  /** When it is shown; and not beside an older one, which was made by somebody whose clock is in another hour. */
  async #onlyOne(name: string, made: Instance, signal: AbortSignal): Promise<Vm | undefined> {
    const { InstanceId: id = '' } = made;
    const all = await until(
      async () => {
        const named = (await this.#named(name, signal)).filter(isThere);
        return named.some(({ InstanceId }) => InstanceId === id) ? named : undefined;
      },
      { signal, withinMs: KNOWN_MS },
    );
    const [first = made] = (all ?? [made]).toSorted(
      (a, b) =>
        (a.LaunchTime?.getTime() ?? 0) - (b.LaunchTime?.getTime() ?? 0) ||
        (a.InstanceId ?? '').localeCompare(b.InstanceId ?? ''),
    );
    if (first.InstanceId === id) return vmOf(first);
    await this.delete(id, { signal: new AbortController().signal });
    return undefined;
  }

  /** Also those that are terminated, as long as they are shown. */
  #named(name: string, signal: AbortSignal): Promise<readonly Instance[]> {
    return instancesOf(this.#client, [filter('tag:Name', name), filter('tag-key', CLAIM_TAG)], signal);
  }

  /** Undefined when it is not there. */
  async #stateOf(id: string, signal: AbortSignal): Promise<string | undefined> {
    const [found] = await instancesOf(this.#client, [filter('instance-id', id), THERE], signal);
    return found?.State?.Name;
  }

  #networkOf(signal: AbortSignal): Promise<Ec2Network> {
    // For all who ask meanwhile, whoever of them gives up.
    this.#network ??= forgottenIfFailed(findNetwork(this.#client, this.#config, this.#closing.signal), () => {
      this.#network = undefined;
    });
    return unlessAborted(this.#network, signal);
  }

  /** Looked up once: all machines are of the same. */
  async #imageOf({ image, instanceType }: VmSpec, signal: AbortSignal): Promise<MachineImageFacts> {
    const facts = await this.#types.facts(instanceType, signal);
    const key = image ?? facts.architecture;
    const found =
      this.#found.get(key) ??
      forgottenIfFailed(findImage(this.#client, image, facts, this.#closing.signal), () => this.#found.delete(key));
    this.#found.set(key, found);
    return unlessAborted(found, signal);
  }
}

/** Whether EC2 has answered, and has not made anything. */
function wasRefused(error: unknown): boolean {
  const status = (error as { readonly $metadata?: { readonly httpStatusCode?: number } } | undefined)?.$metadata // of the SDK
    ?.httpStatusCode;
  return status !== undefined && (status < 500 || codeOf(error).startsWith('Insufficient'));
}

function forgottenIfFailed<Result>(result: Promise<Result>, forget: () => void): Promise<Result> {
  result.catch(forget);
  return result;
}
