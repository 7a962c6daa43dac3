import { randomUUID } from 'node:crypto';
import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  GetFunctionResponse,
  ImageConfig,
  ListFunctionsRequest,
  ListFunctionsResponse,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import { conflict, invalidParameter, notFound, ServiceError } from '../api/service-error.ts';
import type { FunctionVersion } from '../execution/function-version.ts';
import type { ImageRuntime } from '../execution/image-runtime.ts';
import { LIMITS } from '../limits.ts';
import { checkConfiguration, configurationOf, shown } from './configuration.ts';
import type { CodeStore } from './function-code.ts';
import { type Account, functionArn, nameOf } from './function-names.ts';
import type { FunctionCode, FunctionRecord } from './function-record.ts';
import type { UnpackedImage } from './image-store.ts';

export interface FunctionsOptions {
  readonly account: Account;
  readonly code: CodeStore;
  /** How long functions are Pending, and updates InProgress. */
  readonly pendingMs: number;
  /** @throws ServiceError when Lambda cannot assume it. */
  checkRole(role: string): Promise<void>;
  /** Unpacked layers as one folder. @throws ServiceError when one is not there. */
  layersFolder(layers: readonly string[]): Promise<string | undefined>;
  /** Sandboxes of other versions of this function are no longer needed; undefined: of all. */
  onVersion(name: string, version: FunctionVersion | undefined): void;
}

/** Functions of an account: what the control plane does with them. */
export class Functions implements Disposable {
  readonly #options: FunctionsOptions;
  readonly #records = new Map<string, FunctionRecord>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #held: (() => void)[] = [];
  #holding = false;

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  /** @throws ServiceError ResourceNotFoundException. */
  get(given: string): FunctionRecord {
    const name = nameOf(this.#options.account, given);
    const record = this.#records.get(name);
    if (record === undefined) throw notFound(`Function not found: ${this.arn(name)}`);
    return record;
  }

  get all(): readonly FunctionRecord[] {
    return [...this.#records.values()];
  }

  arn(name: string): string {
    return functionArn(this.#options.account, name);
  }

  async create(request: CreateFunctionRequest): Promise<FunctionConfiguration> {
    const name = nameOf(this.#options.account, request.FunctionName ?? '');
    const configuration = configurationOf({ ...request, FunctionName: name });
    checkConfiguration(configuration);
    const tags = request.Tags ?? {};
    if (Object.keys(tags).length > LIMITS.tags) throw invalidParameter('Too many tags: only 50 are allowed.');
    this.#checkAbsent(name);
    await this.#options.checkRole(request.Role ?? '');
    const code = await this.#options.code.take(
      configuration.PackageType ?? 'Zip',
      request.Code ?? {},
      configuration.Architectures?.[0] ?? 'x86_64',
    );
    const version = await this.#version(configuration, code);
    // Another request may have been faster.
    this.#checkAbsent(name);
    const record: FunctionRecord = {
      configuration,
      code,
      tags: { ...tags },
      version,
      state: 'Pending',
      update: 'Successful',
      lastModified: new Date(),
      revision: randomUUID(),
    };
    this.#records.set(name, record);
    this.#later(() => {
      record.state = 'Active';
      record.revision = randomUUID();
    });
    return shown(record, this.arn(name));
  }

  show(given: string): FunctionConfiguration {
    const record = this.get(given);
    return shown(record, this.arn(record.version.functionName));
  }

  describe(given: string): GetFunctionResponse {
    const record = this.get(given);
    const { code, tags, reservedConcurrency } = record;
    return {
      Configuration: this.show(given),
      Code:
        code.kind === 'zip'
          ? {
              RepositoryType: 'S3',
              Location: `https://awslambda-simulated.s3.amazonaws.com/${encodeURIComponent(code.sha256)}`,
            }
          : { RepositoryType: 'ECR', ImageUri: code.uri, ResolvedImageUri: code.uri },
      ...(Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } }),
      ...(reservedConcurrency === undefined
        ? {}
        : { Concurrency: { ReservedConcurrentExecutions: reservedConcurrency } }),
    };
  }

  async updateCode(request: UpdateFunctionCodeRequest): Promise<FunctionConfiguration> {
    const record = this.#changeable(request.FunctionName, request.RevisionId);
    const Architectures = request.Architectures ?? record.configuration.Architectures ?? [];
    const packageType = record.configuration.PackageType ?? 'Zip';
    const code = await this.#options.code.take(packageType, request, Architectures[0] ?? 'x86_64');
    const configuration = { ...record.configuration, Architectures };
    if (request.DryRun === true)
      return shown({ ...record, code, configuration }, this.arn(record.version.functionName));
    return this.#update(record, configuration, code);
  }

  async updateConfiguration(request: UpdateFunctionConfigurationRequest): Promise<FunctionConfiguration> {
    const record = this.#changeable(request.FunctionName, request.RevisionId);
    const configuration = configurationOf(
      { ...request, FunctionName: record.version.functionName },
      record.configuration,
    );
    checkConfiguration(configuration);
    if (request.Role !== undefined) await this.#options.checkRole(request.Role);
    return this.#update(record, configuration, record.code);
  }

  delete(given: string): void {
    const name = this.get(given).version.functionName;
    this.#records.delete(name);
    this.#options.onVersion(name, undefined);
  }

  list({ Marker, MaxItems = 50 }: ListFunctionsRequest): ListFunctionsResponse {
    const names = [...this.#records.keys()].sort();
    const from = Marker === undefined ? 0 : names.findIndex((name) => name > fromMarker(Marker));
    // Fifty to a page is the most that there is, whatever was asked for.
    const page = from < 0 ? [] : names.slice(from, from + Math.min(MaxItems, 50));
    const last = page.at(-1);
    const more = last !== undefined && last !== names.at(-1);
    return {
      Functions: page.map((name) => this.show(name)),
      ...(more ? { NextMarker: Buffer.from(last).toString('base64') } : {}),
    };
  }

  /** Functions that are Pending, and updates in progress, stay so until the answer is called. */
  hold(): () => void {
    this.#holding = true;
    return () => {
      this.#holding = false;
      for (const change of this.#held.splice(0)) change();
    };
  }

  #checkAbsent(name: string): void {
    if (this.#records.has(name)) throw conflict(`Function already exist: ${name}`);
  }

  #changeable(given: string | undefined, revision: string | undefined): FunctionRecord {
    const record = this.get(given ?? '');
    const arn = this.arn(record.version.functionName);
    if (record.state === 'Pending')
      throw conflict(
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
      );
    if (record.update === 'InProgress')
      throw conflict(`The operation cannot be performed at this time. An update is in progress for resource: ${arn}`);
    if (revision !== undefined && revision !== record.revision)
      throw new ServiceError(
        'PreconditionFailedException',
        'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
        { Type: 'User' },
      );
    return record;
  }

  async #update(
    record: FunctionRecord,
    configuration: FunctionConfiguration,
    code: FunctionCode,
  ): Promise<FunctionConfiguration> {
    record.update = 'InProgress';
    try {
      const version = await this.#version(configuration, code);
      Object.assign(record, { configuration, code, lastModified: new Date(), revision: randomUUID() });
      this.#later(() => {
        record.update = 'Successful';
        record.version = version;
        record.revision = randomUUID();
        // Until now events have run in the version before.
        if (this.#records.get(version.functionName) === record) this.#options.onVersion(version.functionName, version);
      });
    } catch (error) {
      record.update = 'Successful';
      throw error;
    }
    return shown(record, this.arn(record.version.functionName));
  }

  async #version(configuration: FunctionConfiguration, code: FunctionCode): Promise<FunctionVersion> {
    const name = configuration.FunctionName ?? '';
    const layers = (configuration.Layers ?? []).map(({ Arn = '' }) => Arn);
    const layersFolder = await this.#options.layersFolder(layers);
    return {
      functionName: name,
      functionArn: this.arn(name),
      handler: configuration.Handler ?? '',
      runtime: configuration.Runtime ?? '',
      architecture: configuration.Architectures?.[0] ?? 'x86_64',
      memoryMegabytes: configuration.MemorySize ?? 128,
      timeoutSeconds: configuration.Timeout ?? 3,
      ephemeralMegabytes: configuration.EphemeralStorage?.Size ?? 512,
      taskFolder: code.kind === 'zip' ? code.folder : '',
      ...(code.kind === 'image' &&
        code.image !== undefined && {
          image: imageRuntime(code.image, configuration.ImageConfigResponse?.ImageConfig ?? {}),
        }),
      ...(layersFolder === undefined ? {} : { layersFolder }),
      variables: configuration.Environment?.Variables ?? {},
      logFormat: configuration.LoggingConfig?.LogFormat ?? 'Text',
      logGroup: configuration.LoggingConfig?.LogGroup ?? '',
    };
  }

  #later(change: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#holding) this.#held.push(change);
      else change();
    }, this.#options.pendingMs);
    this.#timers.add(timer);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** What a function says of its image wins over what the image says. */
function imageRuntime(image: UnpackedImage, { EntryPoint, Command, WorkingDirectory }: ImageConfig): ImageRuntime {
  const { folder, environment, entryPoint, command, workingDirectory } = image;
  return {
    folder,
    environment,
    command: [...(EntryPoint ?? entryPoint), ...(Command ?? command)],
    workingDirectory: WorkingDirectory ?? workingDirectory,
  };
}

function fromMarker(marker: string): string {
  return Buffer.from(marker, 'base64').toString();
}
