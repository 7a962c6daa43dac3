import { SshError } from '../ssh/ssh-error.ts';

/** So many are made in one place, before it is given up. */
export const MOST_MACHINES = 2;

/** Whether a machine may only be on its way: its sshd is there before it has our key, and knows us. */
export function isStarting(error: unknown): error is SshError {
  return error instanceof SshError && ['connection', 'host-key', 'credentials'].includes(error.failure);
}
