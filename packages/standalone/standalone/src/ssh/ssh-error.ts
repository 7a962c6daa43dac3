/**
 * What went wrong with a machine. `host-key`, `credentials`, `settings`: no better the next time. `transfer`: it does not take a
 * file. `connection`: it could not be reached, or was lost; another try may help.
 */
export type SshFailure = 'host-key' | 'credentials' | 'settings' | 'transfer' | 'connection';

/** An error of the machines' side of things, which knows nothing of Lithops: the master speaks SSH, too. */
export class SshError extends Error {
  readonly failure: SshFailure;
  readonly hint: string | undefined;

  constructor(
    failure: SshFailure,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.failure = failure;
    this.hint = options.hint;
  }

  static {
    Object.defineProperty(SshError.prototype, 'name', { value: 'SshError' });
  }
}

/** What came of a connection that could not be made. */
export function toSshError(error: unknown, where: string): SshError {
  if (error instanceof SshError) return error;
  const level = error instanceof Error && 'level' in error ? error.level : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (level === 'client-authentication')
    return new SshError('credentials', `${where} refuses who we are: ${message}`, {
      hint: 'check ssh_username and the key (ssh_key_filename), the agent (SSH_AUTH_SOCK) or ssh_password; `ssh -v` shows what the machine takes',
      cause: error,
    });
  if (/no matching|handshake failed/i.test(message))
    return new SshError('settings', `${where} and we have no way of speaking in common: ${message}`, { cause: error });
  return new SshError('connection', `no SSH connection to ${where}: ${message}`, {
    hint: 'is the machine up, does sshd listen there, and does a firewall let us in?',
    cause: error,
  });
}
