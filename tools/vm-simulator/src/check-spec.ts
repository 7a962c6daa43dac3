import { ConfigError, InvocationError } from '@lithops/core/plugin';
import type { VmLabels, VmSpec } from '@lithops/standalone';

/** CPUs of the types that there are. */
export const INSTANCE_TYPES: Readonly<Record<string, number>> = { small: 1, medium: 2, large: 4 };

const MOST_USER_DATA_BYTES = 12 * 1024;
const MOST_LABELS = 8;

/** Refuses what some cloud would. @throws ConfigError for what users choose, InvocationError for what the kernel made */
export function checkSpec({ name, labels, instanceType, userData }: VmSpec): void {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name))
    throw new InvocationError(`${JSON.stringify(name)} is no name of a machine`);
  checkLabels(labels);
  if (INSTANCE_TYPES[instanceType] === undefined)
    throw new ConfigError(`there is no instance type ${instanceType}`, {
      hint: `there are ${Object.keys(INSTANCE_TYPES).join(', ')}`,
    });
  if (!userData.startsWith('#!')) throw new InvocationError('user data have to be a script');
  const bytes = Buffer.byteLength(userData);
  if (bytes > MOST_USER_DATA_BYTES)
    throw new InvocationError(`user data of ${bytes} bytes are too many; ${MOST_USER_DATA_BYTES} are allowed`);
}

export function checkLabels(labels: VmLabels): void {
  const entries = Object.entries(labels);
  if (entries.length > MOST_LABELS) throw new InvocationError(`${entries.length} labels are too many`);
  for (const [name, value] of entries)
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name) || !/^[a-z0-9][a-z0-9_-]{0,62}$/.test(value))
      throw new InvocationError(`${name}=${value} is no label`);
}
