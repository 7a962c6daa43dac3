import * as ecr from '@aws-sdk/client-ecr';
import { NormalizedSchema } from '@smithy/core/schema';
import { checkInput } from '../api/check-input.ts';
import { fromJson } from '../api/decode-input.ts';
import { toJson } from '../api/encode-output.ts';
import type { Operation } from '../api/operations.ts';
import { ServiceError } from '../api/service-error.ts';
import type { Account } from '../functions/function-names.ts';
import type { ImageRegistry } from '../functions/image-store.ts';

/** How the SDK writes an operation down: kind, namespace, name, traits, input, output. */
type OperationSchema = readonly [9, string, string, unknown, never, never];

export const ECR_TARGET = 'AmazonEC2ContainerRegistry_V20150921.';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.values(ecr as Record<string, unknown>)
    .filter((value): value is OperationSchema => Array.isArray(value) && value[0] === 9)
    .map(([, , name, , input, output]) => [
      name,
      {
        name,
        method: 'POST',
        path: [],
        status: 200,
        input: NormalizedSchema.of(input),
        output: NormalizedSchema.of(output),
      },
    ]),
);

/** Source: the API's model (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html). */
const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const LOGIN_MS = 12 * 3600 * 1000;

interface StoredRepository {
  readonly repository: ecr.Repository;
  readonly tags: readonly ecr.Tag[];
}

/** Of ECR: what says which repositories there are, and who is let in. Their images are in a registry beside it. */
export class EcrApi {
  readonly #account: Account;
  readonly #registry: ImageRegistry;
  readonly #repositories = new Map<string, StoredRepository>();
  readonly #handlers: Readonly<Record<string, (input: never) => object>> = {
    GetAuthorizationToken: (): ecr.GetAuthorizationTokenResponse => this.#login(),
    CreateRepository: (input: ecr.CreateRepositoryRequest) => this.#create(input),
    DescribeRepositories: (input: ecr.DescribeRepositoriesRequest) => this.#describe(input),
    ListTagsForResource: ({ resourceArn }: ecr.ListTagsForResourceRequest) => ({ tags: this.#byArn(resourceArn).tags }),
    DeleteRepository: ({ repositoryName = '' }: ecr.DeleteRepositoryRequest) => {
      const { repository } = this.#find(repositoryName);
      this.#repositories.delete(repositoryName);
      return { repository };
    },
  };

  constructor(account: Account, registry: ImageRegistry) {
    this.#account = account;
    this.#registry = registry;
  }

  /** `target` is the header X-Amz-Target. @throws ServiceError */
  answer(target: string, body: Buffer): object {
    const operation = OPERATIONS.get(target.slice(ECR_TARGET.length));
    const handler = operation && this.#handlers[operation.name];
    if (operation === undefined || handler === undefined)
      throw new ServiceError('UnknownOperationException', `this simulator does not have ${target}`);
    const input = fromJson(operation.input, JSON.parse(body.toString('utf8')), 'input') as Record<string, unknown>; // a structure's
    checkInput(operation, input);
    return toJson(operation.output, handler(input as never)) as object; // outputs are typed by the SDK
  }

  #login(): ecr.GetAuthorizationTokenResponse {
    const { server, user, password } = this.#registry;
    return {
      authorizationData: [
        {
          authorizationToken: Buffer.from(`${user}:${password}`).toString('base64'),
          expiresAt: new Date(Date.now() + LOGIN_MS),
          proxyEndpoint: `http://${server}`,
        },
      ],
    };
  }

  #create({ repositoryName = '', tags = [] }: ecr.CreateRepositoryRequest): ecr.CreateRepositoryResponse {
    if (repositoryName.length < 2 || repositoryName.length > 256 || !NAME.test(repositoryName))
      throw new ServiceError(
        'InvalidParameterException',
        `Invalid parameter at 'repositoryName': ${repositoryName}`,
        {},
        400,
      );
    if (this.#repositories.has(repositoryName))
      throw new ServiceError(
        'RepositoryAlreadyExistsException',
        `The repository with name '${repositoryName}' already exists in the registry`,
        {},
        400,
      );
    const { region, accountId } = this.#account;
    const repository: ecr.Repository = {
      repositoryArn: `arn:aws:ecr:${region}:${accountId}:repository/${repositoryName}`,
      registryId: accountId,
      repositoryName,
      repositoryUri: `${this.#registry.server}/${repositoryName}`,
      createdAt: new Date(),
    };
    this.#repositories.set(repositoryName, { repository, tags });
    return { repository };
  }

  #describe({ repositoryNames }: ecr.DescribeRepositoriesRequest): ecr.DescribeRepositoriesResponse {
    const found = repositoryNames?.map((name) => this.#find(name)) ?? [...this.#repositories.values()];
    return { repositories: found.map(({ repository }) => repository) };
  }

  #byArn(arn: string | undefined): StoredRepository {
    return this.#find(arn?.replace(/^.*:repository\//, '') ?? '');
  }

  #find(name: string): StoredRepository {
    const found = this.#repositories.get(name);
    if (found !== undefined) return found;
    throw new ServiceError(
      'RepositoryNotFoundException',
      `The repository with name '${name}' does not exist in the registry`,
      {},
      400,
    );
  }
}
