import { isIPv4 } from 'node:net';
import { ConfigError } from '@lithops/core/plugin';
import type { Ec2Config } from '../config.ts';

/** Amazon's own. */
const DEFAULT_URL = 'https://checkip.amazonaws.com';
const WITHIN_MS = 10_000;

/** The address that this client has for machines of EC2. @throws ConfigError when nobody tells */
export async function clientAddress(
  { clientAddressUrl = DEFAULT_URL }: Pick<Ec2Config, 'clientAddressUrl'>,
  signal: AbortSignal,
): Promise<string> {
  let why: string;
  try {
    const response = await fetch(clientAddressUrl, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]),
    });
    const text = (await response.text()).trim();
    if (response.ok && isIPv4(text)) return text;
    why = `it answers ${response.status} ${JSON.stringify(text.slice(0, 50))}`;
  } catch (error) {
    signal.throwIfAborted();
    why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
  throw new ConfigError(`${clientAddressUrl} does not tell this client's public address: ${why}`, {
    hint: 'say in aws_ec2.ssh_cidr who is to be let in on port 22, or name a security_group_id of yours',
  });
}
