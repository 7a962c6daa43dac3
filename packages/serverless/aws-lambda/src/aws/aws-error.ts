import { InvocationError, type LithopsError, PayloadTooLargeError } from '@lithops/core/plugin';

/** What is done about a failure of AWS. */
export interface AwsFailure {
  /** `TooManyRequestsException`, or a code of the network. */
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  /** Of throttled invocations: which limit it was. */
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** What the SDK throws, in the words that decide what is done about it. */
export function failureOf(error: unknown): AwsFailure {
  const {
    name = 'Error',
    code,
    message = String(error),
    Reason,
    retryAfterSeconds,
    $metadata,
  } = (error ?? {}) as {
    readonly name?: string;
    readonly code?: unknown;
    readonly message?: string;
    readonly Reason?: string;
    readonly retryAfterSeconds?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  }; // of an exception of the SDK, or of Node
  const seconds = Number(retryAfterSeconds);
  return {
    code: name === 'Error' && typeof code === 'string' ? code : name,
    message: message === '' ? name : message,
    status: $metadata?.httpStatusCode,
    reason: Reason,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
  };
}

/** The failure of something that was asked of AWS, as it is told to users. */
export function awsError(action: string, error: unknown): LithopsError {
  const failure = failureOf(error);
  const { code, message } = failure;
  const hint = hintOf(failure);
  const options = { cause: error, ...(hint !== undefined && { hint }) };
  const text = `could not ${action}: ${code}: ${message}`;
  return code === 'RequestTooLargeException' || code === 'RequestEntityTooLargeException'
    ? new PayloadTooLargeError(text, options)
    : new InvocationError(text, options);
}

/** Failures of rights and of names that no repetition helps. */
const HINTS: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'set access_key_id and secret_access_key in section aws or aws_lambda, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws configure` or `aws sso login`',
  TokenProviderError: 'log in again with `aws sso login`',
  ExpiredTokenException: 'the session token has expired; get new temporary credentials',
  ExpiredToken: 'the session token has expired; get new temporary credentials',
  UnrecognizedClientException:
    'there is no such access key, or its session token is wrong; correct access_key_id or session_token',
  InvalidClientTokenId: 'there is no such access key; correct access_key_id',
  InvalidSignatureException:
    'the secret access key is not that of the access key, or the clock of this machine is wrong',
  SignatureDoesNotMatch: 'the secret access key is not that of the access key, or the clock of this machine is wrong',
  AccessDeniedException:
    'the credentials do not allow it; docs/backends/aws-lambda.md has the policy that Lithops needs',
  AccessDenied: 'the credentials do not allow it; docs/backends/aws-lambda.md has the policy that Lithops needs',
  ENOTFOUND: 'is there such a region? set aws_lambda.region, or AWS_REGION',
  EAI_AGAIN: 'the network or its name service is not there',
  ECONNREFUSED: 'nothing answers there; correct aws_lambda.endpoint',
  CodeStorageExceededException: 'the account has no room for more code; remove functions with lithops runtime delete',
  TooManyRequestsException:
    'the account is at its limit of requests or of concurrent executions; ask for more, or lower max_workers',
  KMSDisabledException: 'the key that the environment of the function is encrypted with is disabled',
  KMSAccessDeniedException: 'the execution role may not use the key that the environment is encrypted with',
  EC2AccessDeniedException:
    'the execution role needs the rights on network interfaces of AWSLambdaVPCAccessExecutionRole',
  SubnetIPAddressLimitReachedException: 'the subnets of vpc have no addresses left',
  ENILimitReachedException: 'the VPC has as many network interfaces as its quota allows',
  EFSMountConnectivityException: 'the security groups of vpc do not let the function reach the file system',
  EFSMountTimeoutException: 'the file system does not answer from the subnets of vpc',
};

function hintOf({ code, message }: AwsFailure): string | undefined {
  if (message === 'Region is missing') return 'set aws_lambda.region, or AWS_REGION';
  if (/scoped to a valid region/.test(message)) return 'the endpoint is of another region; correct aws_lambda.region';
  if (/cannot be assumed by Lambda/.test(message))
    return 'the trust policy of execution_role must allow sts:AssumeRole to lambda.amazonaws.com';
  if (/session token/i.test(message) && /expired/i.test(message)) return HINTS['ExpiredTokenException'];
  return HINTS[code];
}
