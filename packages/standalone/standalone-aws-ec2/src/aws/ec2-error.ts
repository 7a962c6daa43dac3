import { ConfigError, InvocationError, LithopsError } from '@lithops/core/plugin';

/** The code by which EC2, the SDK or the network tells what is wrong: `InsufficientInstanceCapacity`. */
export function codeOf(error: unknown): string {
  const { name = 'Error', code } = (error ?? {}) as { readonly name?: string; readonly code?: unknown }; // of the SDK, or of Node
  return name === 'Error' && typeof code === 'string' ? code : name;
}

/** The failure of something that was asked of EC2, as it is told to users. What was aborted, or told already, stays as it is. */
export function ec2Error(action: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof LithopsError) return signal.aborted ? signal.reason : error;
  const code = codeOf(error);
  const message = error instanceof Error && error.message !== '' ? error.message : code;
  const hint = message === 'Region is missing' ? 'set aws_ec2.region, or AWS_REGION' : hintOf(code);
  const options = { cause: error, ...(hint !== undefined && { hint }) };
  const text = `could not ${action}: ${code}: ${message}`;
  return SETTINGS.test(code) ? new ConfigError(text, options) : new InvocationError(text, options);
}

/** What is wrong with names and values that users choose. */
const SETTINGS =
  /^Invalid(?:AMIID|AMIName|InstanceID|InstanceType|SubnetID|SubnetId|Subnet|Group|GroupId|KeyPair|Vpc|VpcID|ParameterValue|ParameterCombination|BlockDeviceMapping)|^Unsupported$|^AuthFailure|^SignatureDoesNotMatch|^CredentialsProviderError|^TokenProviderError|^(?:Request)?ExpiredToken|^OptInRequired/;

const CREDENTIALS =
  'set access_key_id and secret_access_key in section aws or aws_ec2, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws configure` or `aws sso login`';
const EXPIRED = 'the session token has expired; get new temporary credentials';
const RIGHTS = 'the credentials do not allow it; docs/modes/aws-ec2.md has the policy that Lithops needs';
const QUOTA = 'ask for a higher quota in the console (Service Quotas, Amazon EC2), or lower max_workers';
const CAPACITY =
  'EC2 has no such machines free in this zone now: another worker_instance_type, a subnet of another zone, or later';
const ZONE = 'the zone of the subnet has no such instance type; name a public_subnet_id of another zone';
const GONE =
  'somebody has deleted it; `lithops clean --all` forgets what is left of it, and the next run makes it anew';

const HINTS: Readonly<Record<string, string>> = {
  CredentialsProviderError: CREDENTIALS,
  TokenProviderError: 'log in again with `aws sso login`',
  AuthFailure: 'there is no such access key, its secret is another, or the clock of this machine is wrong',
  SignatureDoesNotMatch: 'the secret access key is not that of the access key, or the clock of this machine is wrong',
  ExpiredToken: EXPIRED,
  RequestExpired: EXPIRED,
  UnauthorizedOperation: RIGHTS,
  AccessDenied: RIGHTS,
  AccessDeniedException: RIGHTS,
  OptInRequired: 'the account has to subscribe to EC2, or to the image, first',
  InstanceLimitExceeded: QUOTA,
  VcpuLimitExceeded: QUOTA,
  MaxSpotInstanceCountExceeded: `${QUOTA}; or set request_spot_instances: false`,
  SpotMaxPriceTooLow: 'set request_spot_instances: false',
  InsufficientInstanceCapacity: CAPACITY,
  InsufficientHostCapacity: CAPACITY,
  InsufficientCapacity: CAPACITY,
  Unsupported: ZONE,
  InsufficientFreeAddressesInSubnet: 'the subnet has no addresses left; name a larger one, or lower max_workers',
  VpcLimitExceeded: 'the region has as many VPCs as its quota allows; name one of them with vpc_id, or delete one',
  VolumeLimitExceeded: QUOTA,
  RequestLimitExceeded: 'EC2 throttles this account; others ask it too often, or max_workers is high for its limits',
  'InvalidSubnetID.NotFound': GONE,
  'InvalidGroup.NotFound': GONE,
  'InvalidVpcID.NotFound': GONE,
  'InvalidKeyPair.NotFound': 'correct ssh_key_name, or leave it out: Lithops brings its own key',
  ENOTFOUND: 'is there such a region? set aws_ec2.region, or AWS_REGION',
  EAI_AGAIN: 'the network or its name service is not there',
  ECONNREFUSED: 'nothing answers there; correct aws_ec2.endpoint',
};

function hintOf(code: string): string | undefined {
  return HINTS[code];
}
