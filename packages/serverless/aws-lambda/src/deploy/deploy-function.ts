import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateFunctionCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { InvocationError, type LithopsError, type PluginLogger } from '@lithops/core/plugin';
import { awsError, failureOf } from '../aws/aws-error.ts';
import type { LambdaSettings } from '../settings.ts';
import { type ExecutionRole, executionRole } from './execution-role.ts';
import type { FunctionPlan } from './function-plan.ts';

export interface DeployRequest {
  readonly client: LambdaClient;
  readonly settings: LambdaSettings;
  readonly plan: FunctionPlan;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
}

/** How long a role may take to be known everywhere: one just made, and any other. */
const FRESH_ROLE_MS = 60_000;
const KNOWN_ROLE_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const SLOWER = 1.5;

/**
 * Has the function of a plan: the one that is there, or a new one. Several clients that deploy the same at once do no harm to
 * each other. Resolves when it takes invocations.
 * @throws ConfigError without a role; InvocationError, PayloadTooLargeError
 */
export async function deployFunction(request: DeployRequest): Promise<void> {
  const { plan, settings, signal, logger } = request;
  const giveUpAt = performance.now() + settings.deployTimeout * 1000;
  const found = await describe(request);
  if (found === undefined) {
    const role = await executionRole(settings);
    logger.info(`deploying function ${plan.name}`);
    await create(request, role, giveUpAt);
  }
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * SLOWER)) {
    const now = (await describe(request)) ?? {};
    const { State = 'Active', LastUpdateStatus = 'Successful' } = now;
    if (State === 'Failed') throw failed(plan, now);
    const pending = State === 'Pending' || LastUpdateStatus === 'InProgress';
    // One that has not been used for weeks is woken by its first invocation.
    if (!pending && (await isOwnCode(request, now))) return checkAccount(settings, now);
    if (performance.now() > giveUpAt)
      throw new InvocationError(
        `function ${plan.name} was not ready after ${settings.deployTimeout} s: it is ${State}${reasonOf(now)}`,
        { hint: 'raise aws_lambda.deploy_timeout, or look at the function in the console' },
      );
    await delay(pause, undefined, { signal });
  }
}

/** Undefined when there is none. @throws InvocationError */
async function describe({ client, plan, signal }: DeployRequest): Promise<FunctionConfiguration | undefined> {
  try {
    return await client.send(new GetFunctionConfigurationCommand({ FunctionName: plan.name }), { abortSignal: signal });
  } catch (error) {
    if (failureOf(error).code === 'ResourceNotFoundException') return undefined;
    throw told(error, signal, `look for function ${plan.name}`);
  }
}

async function create(request: DeployRequest, role: ExecutionRole, giveUpAt: number): Promise<void> {
  const { client, plan, signal } = request;
  const roleKnownAt = Math.min(giveUpAt, performance.now() + (role.fresh ? FRESH_ROLE_MS : KNOWN_ROLE_MS));
  for (let pause = FIRST_PAUSE_MS * 5; ; pause = Math.min(LONGEST_PAUSE_MS, pause * SLOWER)) {
    try {
      await client.send(new CreateFunctionCommand({ ...plan.input, Role: role.arn }), { abortSignal: signal });
      return;
    } catch (error) {
      const { code, message } = failureOf(error);
      // Another client has been quicker.
      if (code === 'ResourceConflictException') return;
      const unknownRole = code === 'InvalidParameterValueException' && /cannot be assumed by Lambda/.test(message);
      if (!unknownRole || performance.now() + pause > roleKnownAt)
        throw told(error, signal, `create function ${plan.name}`);
    }
    await delay(pause, undefined, { signal });
  }
}

/** Whether it is what its name says; what somebody has changed is put right. */
async function isOwnCode(
  { client, plan, logger, signal }: DeployRequest,
  { CodeSha256 }: FunctionConfiguration,
): Promise<boolean> {
  if (plan.codeSha256 === undefined || CodeSha256 === undefined || CodeSha256 === plan.codeSha256) return true;
  logger.warn(`the code of function ${plan.name} is not what Lithops has deployed; it is deployed again`);
  const { Code, Architectures } = plan.input;
  try {
    await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: plan.name, ZipFile: Code?.ZipFile, Architectures }),
      { abortSignal: signal },
    );
  } catch (error) {
    if (failureOf(error).code !== 'ResourceConflictException')
      throw told(error, signal, `update the code of function ${plan.name}`);
  }
  return false;
}

function checkAccount({ accountId }: LambdaSettings, { FunctionArn = '' }: FunctionConfiguration): void {
  const [, , , , account = ''] = FunctionArn.split(':');
  if (accountId === undefined || account === String(accountId).padStart(12, '0')) return;
  throw new InvocationError(`the credentials are of account ${account}, not of ${accountId}, which is configured`, {
    hint: 'correct aws_lambda.account_id, or use credentials of that account',
  });
}

function failed(plan: FunctionPlan, configuration: FunctionConfiguration): InvocationError {
  return new InvocationError(`function ${plan.name} could not be set up${reasonOf(configuration)}`, {
    hint: 'put right what it says, and remove the function with lithops runtime delete',
  });
}

function reasonOf({ StateReason, StateReasonCode, LastUpdateStatusReason }: FunctionConfiguration): string {
  const reason = StateReason ?? LastUpdateStatusReason;
  return reason === undefined ? '' : `: ${StateReasonCode === undefined ? '' : `${StateReasonCode}: `}${reason}`;
}

function told(error: unknown, signal: AbortSignal, action: string): LithopsError {
  signal.throwIfAborted();
  return awsError(action, error);
}
