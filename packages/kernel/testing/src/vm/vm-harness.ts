import { randomBytes } from 'node:crypto';
import {
  SshConnection,
  type SshTarget,
  userDataScript,
  type Vm,
  type VmProvider,
  type VmSpec,
} from '@lithops/standalone';
import { eventually } from '../eventually.ts';

/** What the author of a provider gives. */
export interface VmSubject {
  /** Name of the provider, for messages and the report. */
  readonly name: string;
  /** Opens a provider of the same account; the suite disposes it. */
  readonly openProvider: () => VmProvider | Promise<VmProvider>;
  /** A small type of machine; the suite makes up to three at once. */
  readonly instanceType: string;
  /** Default: the provider's. */
  readonly image?: string;
  /** A user that the image has, or that is made. Default: `lithops`. */
  readonly username?: string;
  /** How long a machine may take until it answers, in seconds. Default: 300. */
  readonly startSeconds?: number;
}

/** A key pair as OpenSSH writes it. */
export interface VmKeyPair {
  readonly private: string;
  readonly public: string;
}

/** A machine that answers. */
export interface ReachedVm extends AsyncDisposable {
  readonly vm: Vm;
  readonly connection: SshConnection;
}

/** How the cases reach the provider under test. */
export interface VmHarness {
  readonly capabilities: VmProviderAbilities;
  openProvider(): Promise<VmProvider>;
  /** A machine of the case's own, whose user data let the suite in and then do `script`, as root. */
  spec(more?: Partial<VmSpec> & { readonly script?: string }): VmSpec;
  /** Waits until the machine answers, with the host key that its user data gave it. */
  reach(provider: VmProvider, name: string): Promise<ReachedVm>;
  /** The machine of that name, as it is listed. */
  find(provider: VmProvider, name: string): Promise<Vm | undefined>;
  /** Deletes whatever there is of the suite. */
  clean(provider: VmProvider): Promise<void>;
  /** How long a machine may take, in ms. */
  readonly startMs: number;
}

/** What of it is there. */
export interface VmProviderAbilities {
  readonly images: boolean;
}

export interface VmHarnessParts {
  readonly subject: VmSubject;
  readonly login: VmKeyPair;
  readonly host: VmKeyPair;
  readonly abilities: VmProviderAbilities;
}

export function createVmHarness({ subject, login, host, abilities }: VmHarnessParts): VmHarness {
  const { instanceType, image, username = 'lithops', startSeconds = 300 } = subject;
  const run = randomBytes(4).toString('hex');
  const labels = { 'lithops-suite': run };
  const signal = new AbortController().signal;
  const startMs = startSeconds * 1000;
  const find = async (provider: VmProvider, name: string) =>
    (await provider.list(labels, { signal })).find((vm) => vm.name === name);
  const targetOf = (address: string): SshTarget => ({
    host: address,
    port: 22,
    username,
    credentials: { privateKeys: [{ name: 'the key of the suite', key: login.private }] },
    hostKeys: { type: 'key', key: Buffer.from(host.public.split(' ')[1] ?? '', 'base64') },
  });
  return {
    capabilities: abilities,
    startMs,
    openProvider: async () => subject.openProvider(),
    spec: ({ script = '', ...more } = {}) => ({
      name: `suite-${run}-${randomBytes(3).toString('hex')}`,
      labels,
      instanceType,
      ...(image !== undefined && { image }),
      userData: `${userDataScript({
        username,
        authorizedKeys: [login.public],
        hostKey: host.private,
        folder: '.lithops-suite',
        // Should the suite be killed.
        guard: { firstSeconds: startSeconds + 600, softSeconds: 600 },
      })}${script}\n`,
      onPowerOff: 'delete',
      reachedBy: 'client',
      ...more,
    }),
    reach: async (provider, name) => {
      let reached: ReachedVm | undefined;
      await eventually(async () => {
        const vm = await find(provider, name);
        const address = vm?.addresses.client;
        if (vm?.state !== 'running' || address === undefined)
          throw new Error(`machine ${name} is ${vm?.state ?? 'not there'}, at ${address ?? 'no address'}`);
        const connection = await SshConnection.open(targetOf(address));
        reached = { vm, connection, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() };
      }, startMs);
      if (reached === undefined) throw new Error(`machine ${name} was not reached`);
      return reached;
    },
    find,
    clean: async (provider) => {
      const left = await provider.list(labels, { signal });
      await Promise.all(left.map(({ id }) => provider.delete(id, { signal })));
    },
  };
}
