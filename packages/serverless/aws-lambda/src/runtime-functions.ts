import {
  DeleteFunctionCommand,
  type FunctionConfiguration,
  type LambdaClient,
  ListTagsCommand,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import {
  type BuiltRuntime,
  ConfigError,
  InvocationError,
  type PluginContext,
  type PluginLogger,
  type Runtime,
  type RuntimeBuildOptions,
  type RuntimeCatalog,
  type RuntimeDeployOptions,
  type RuntimeInfo,
  RuntimeNotFoundError,
} from '@lithops/core/plugin';
import { PROTOCOL_VERSION } from '@lithops/worker/protocol';
import { awsError, failureOf } from './aws/aws-error.ts';
import { deployFunction } from './deploy/deploy-function.ts';
import { planOf } from './deploy/deploy-runtime.ts';
import { type FunctionPlan, functionPrefix, isImage, TAGS, WORKER_TYPE } from './deploy/function-plan.ts';
import { buildImage } from './deploy/runtime-image.ts';
import { askFunction } from './invoke/ask-function.ts';
import type { LambdaSettings } from './settings.ts';

/** A function of ours, and the runtime that it is. */
interface RuntimeFunction {
  readonly name: string;
  readonly family: string | undefined;
  readonly runtime: Runtime;
}

const AT_ONCE = 10;

/** The functions of runtimes in an account and region, found by their tags, whoever deployed them. */
export class RuntimeFunctions implements RuntimeCatalog {
  readonly #client: LambdaClient;
  readonly #settings: LambdaSettings;
  readonly #context: PluginContext;

  constructor(client: LambdaClient, settings: LambdaSettings, context: PluginContext) {
    this.#client = client;
    this.#settings = settings;
    this.#context = context;
  }

  /**
   * An image goes to ECR with the worker in it, from a Dockerfile or without one. Lambda's own runtimes need no building: what
   * a function is deployed with is made here. @throws ConfigError for one of those with a Dockerfile
   */
  async build({ name }: Runtime, options: RuntimeBuildOptions): Promise<BuiltRuntime> {
    const settings = { ...this.#settings, runtime: name };
    if (isImage(name)) return buildImage(settings, this.#context, options);
    if (options.file !== undefined)
      throw new ConfigError(`${name} is Lambda's own runtime, and is not built from ${options.file}`, {
        hint: 'give what you build a name of its own, such as my-runtime:1, and set aws_lambda.runtime to it',
      });
    const { logger, signal } = this.#context;
    const plan = await planOf({
      settings,
      context: this.#context,
      memory: this.#settings.runtimeMemory,
      logger,
      signal: options.signal ?? signal,
    });
    return { name, built: true, ...(plan.codeSha256 !== undefined && { image: plan.codeSha256 }) };
  }

  async deploy(runtime: Runtime, options: RuntimeDeployOptions): Promise<RuntimeInfo> {
    return (await this.#deploy(runtime, options)).info;
  }

  /** Functions of the same configuration with other code, or of an image that the name stood for before, are removed. */
  async update(runtime: Runtime, options: RuntimeDeployOptions): Promise<RuntimeInfo> {
    const { plan, info } = await this.#deploy(runtime, options);
    for (const { name, family } of await this.#functions())
      if (family === plan.family && name !== plan.name) await this.#remove(name);
    return info;
  }

  async #deploy(
    runtime: Runtime,
    options: RuntimeDeployOptions,
  ): Promise<{ readonly plan: FunctionPlan; readonly info: RuntimeInfo }> {
    const { name, memory = this.#settings.runtimeMemory, timeout = this.#settings.runtimeTimeout } = runtime;
    const signal =
      options.signal === undefined ? this.#context.signal : AbortSignal.any([this.#context.signal, options.signal]);
    const settings = { ...this.#settings, runtime: name, runtimeTimeout: timeout };
    const logger = telling(this.#context.logger, options.onOutput);
    const request = { client: this.#client, settings, context: this.#context, memory, logger, signal };
    const plan = await planOf(request);
    await deployFunction({ ...request, plan });
    const { protocol, ...info } = await askFunction(settings, plan.name, signal);
    if (protocol === PROTOCOL_VERSION) return { plan, info };
    throw new InvocationError(
      `the worker in ${name} speaks version ${protocol} of the protocol, not ${PROTOCOL_VERSION}`,
      { hint: 'the function is not what Lithops has deployed: lithops runtime delete, and deploy it again' },
    );
  }

  async list(): Promise<readonly Runtime[]> {
    return (await this.#functions()).map(({ runtime }) => runtime);
  }

  /** Without `memory`: those of every size. @throws RuntimeNotFoundError */
  async delete(runtime: Runtime): Promise<void> {
    for (const { name } of await this.#find(runtime)) await this.#remove(name);
  }

  /** Deletes those of every runtime, until the signal. @returns their names */
  async deleteAll(signal: AbortSignal): Promise<string[]> {
    const deleted: string[] = [];
    for (const { name } of await this.#functions()) {
      if (signal.aborted) break;
      await this.#remove(name);
      deleted.push(name);
    }
    return deleted;
  }

  /** Asks a worker of a runtime that is deployed. @throws RuntimeNotFoundError */
  async info(runtime: Runtime): Promise<RuntimeInfo> {
    const [found] = await this.#find(runtime);
    if (found === undefined) return this.deploy(runtime, {});
    const { protocol: _, ...info } = await askFunction(this.#settings, found.name, this.#context.signal);
    return info;
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.#client.send(new DeleteFunctionCommand({ FunctionName: name }));
    } catch (error) {
      // Somebody has been quicker.
      if (failureOf(error).code !== 'ResourceNotFoundException') throw awsError(`delete function ${name}`, error);
    }
  }

  async #find({ name, memory }: Runtime): Promise<readonly RuntimeFunction[]> {
    const found = (await this.#functions()).filter(
      ({ runtime }) => runtime.name === name && (memory === undefined || runtime.memory === memory),
    );
    if (found.length > 0) return found;
    throw new RuntimeNotFoundError(`no runtime ${name} is deployed in this account and region`, {
      hint: 'see lithops runtime list -b aws_lambda',
    });
  }

  /** Those of this namespace: their names tell them from others cheaply, their tags for certain. */
  async #functions(): Promise<readonly RuntimeFunction[]> {
    const prefix = functionPrefix(this.#settings);
    try {
      const candidates: FunctionConfiguration[] = [];
      for await (const { Functions = [] } of paginateListFunctions({ client: this.#client }, {}))
        candidates.push(...Functions.filter(({ FunctionName = '' }) => FunctionName.startsWith(prefix)));
      const found: RuntimeFunction[] = [];
      for (let i = 0; i < candidates.length; i += AT_ONCE)
        found.push(...(await Promise.all(candidates.slice(i, i + AT_ONCE).map((each) => this.#tagged(each)))).flat());
      return found;
    } catch (error) {
      throw awsError('list functions', error);
    }
  }

  async #tagged({
    FunctionName: name = '',
    FunctionArn,
    MemorySize,
    Timeout,
  }: FunctionConfiguration): Promise<RuntimeFunction[]> {
    const { Tags = {} } = await this.#client.send(new ListTagsCommand({ Resource: FunctionArn }));
    const { [TAGS.type]: type, [TAGS.runtime]: runtime = name, [TAGS.family]: family } = Tags;
    if (type !== WORKER_TYPE) return [];
    return [
      {
        name,
        family,
        runtime: {
          name: runtime,
          ...(MemorySize !== undefined && { memory: MemorySize }),
          ...(Timeout !== undefined && { timeout: Timeout }),
        },
      },
    ];
  }
}

/** What is told to the log is told to whoever waits for it, too. */
function telling(logger: PluginLogger, onOutput: RuntimeDeployOptions['onOutput']): PluginLogger {
  if (onOutput === undefined) return logger;
  return { ...logger, info: (message) => onOutput(`${message}\n`) };
}
