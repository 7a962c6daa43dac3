import type { ECRClient } from '@aws-sdk/client-ecr';
import { InvocationError } from '@lithops/core/plugin';
import { awsError, failureOf } from '../aws/aws-error.ts';
import { connectionOf } from '../aws/clients.ts';
import type { LambdaSettings } from '../settings.ts';

/** Who is let into the registry of the account and region, and where that is. */
export interface EcrLogin {
  readonly dockerServer: string;
  readonly dockerUser: string;
  readonly dockerPassword: string;
}

/** What tells repositories that were made from others. */
export const REPOSITORY_TAG = { Key: 'lithops-type', Value: 'runtime' } as const;

const MOST_ATTEMPTS = 6;

/** The registry of an account and region, ECR. Requests are sent when something of it is needed. */
export class EcrRegistry implements AsyncDisposable {
  readonly #settings: LambdaSettings;
  #client: Promise<ECRClient> | undefined;

  constructor(settings: LambdaSettings) {
    this.#settings = settings;
  }

  /** @throws InvocationError */
  async login(): Promise<EcrLogin> {
    const { GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
    const client = await this.#open();
    const { authorizationData = [] } = await told('log in to ECR', () =>
      client.send(new GetAuthorizationTokenCommand()),
    );
    const [{ authorizationToken = '', proxyEndpoint = '' } = {}] = authorizationData;
    const [, user, password] = /^([^:]+):(.+)$/s.exec(Buffer.from(authorizationToken, 'base64').toString()) ?? [];
    if (user === undefined || password === undefined || proxyEndpoint === '')
      throw new InvocationError('ECR gave no login for its registry');
    return { dockerServer: proxyEndpoint.replace(/^https?:\/\//, ''), dockerUser: user, dockerPassword: password };
  }

  /** Has a repository: the one that is there, or a new one. @throws InvocationError */
  async ensureRepository(name: string): Promise<void> {
    const { CreateRepositoryCommand, DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr');
    const client = await this.#open();
    const tags = Object.entries(this.#settings.userTags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    await told(`make repository ${name} in ECR`, async () => {
      try {
        await client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
      } catch (error) {
        if (failureOf(error).code !== 'RepositoryNotFoundException') throw error;
        await unless('RepositoryAlreadyExistsException', () =>
          client.send(new CreateRepositoryCommand({ repositoryName: name, tags: [...tags, REPOSITORY_TAG] })),
        );
      }
    });
  }

  /** Deletes the repositories that were made, with their images, until the signal. @returns their names */
  async deleteRepositories(signal: AbortSignal): Promise<string[]> {
    const { DeleteRepositoryCommand, ListTagsForResourceCommand, paginateDescribeRepositories } = await import(
      '@aws-sdk/client-ecr'
    );
    const client = await this.#open();
    return told('delete repositories in ECR', async () => {
      const deleted: string[] = [];
      for await (const { repositories = [] } of paginateDescribeRepositories({ client }, {}))
        for (const { repositoryName = '', repositoryArn } of repositories) {
          if (signal.aborted) return deleted;
          const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn: repositoryArn }));
          if (!tags.some(({ Key, Value }) => Key === REPOSITORY_TAG.Key && Value === REPOSITORY_TAG.Value)) continue;
          await unless('RepositoryNotFoundException', () =>
            client.send(new DeleteRepositoryCommand({ repositoryName, force: true })),
          );
          deleted.push(repositoryName);
        }
      return deleted;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#client)?.destroy();
  }

  #open(): Promise<ECRClient> {
    // Of no use to who runs in Lambda's own runtimes.
    this.#client ??= import('@aws-sdk/client-ecr').then(
      ({ ECRClient }) => new ECRClient({ ...connectionOf(this.#settings), maxAttempts: MOST_ATTEMPTS }),
    );
    return this.#client;
  }
}

/** Somebody may have been quicker. */
async function unless(code: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (failureOf(error).code !== code) throw error;
  }
}

async function told<Value>(doing: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw awsError(doing, error);
  }
}
