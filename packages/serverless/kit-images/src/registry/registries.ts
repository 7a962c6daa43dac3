import type { ImageReference } from '@lithops/core/plugin';
import { registryCredentials } from '../credentials/registry-credentials.ts';
import type { ConfiguredLogin } from '../credentials/registry-login.ts';
import { RegistryConnection } from './registry-connection.ts';
import { Repository } from './repository.ts';

export interface RegistriesOptions {
  readonly login?: ConfiguredLogin | undefined;
  readonly insecureRegistries?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Connections to the registries that a piece of work needs, each with its own login. */
export class Registries implements AsyncDisposable {
  readonly #options: RegistriesOptions;
  readonly #connections = new Map<string, Promise<RegistryConnection>>();

  constructor(options: RegistriesOptions) {
    this.#options = options;
  }

  /** @throws ConfigError when the login for it cannot be read */
  async repository({ registry, repository }: ImageReference): Promise<Repository> {
    return new Repository(await this.connection(registry), repository);
  }

  connection(registry: string): Promise<RegistryConnection> {
    const connection = this.#connections.get(registry) ?? this.#connect(registry);
    this.#connections.set(registry, connection);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of await Promise.allSettled(this.#connections.values()))
      if (one.status === 'fulfilled') await one.value.close();
  }

  async #connect(registry: string): Promise<RegistryConnection> {
    const { login, insecureRegistries, signal } = this.#options;
    return new RegistryConnection({
      registry,
      login: await registryCredentials({ registry }, login ?? {}),
      ...(insecureRegistries !== undefined && { insecure: insecureRegistries }),
      ...(signal !== undefined && { signal }),
    });
  }
}
