import { InvocationError, type RemoteShell, type ShellTerminal } from '@lithops/core/plugin';
import { toLithopsError } from './lithops-error.ts';
import type { MasterAccess } from './master-access.ts';

/** The shell of the user on the machine of a cluster's master. */
export function masterShell(access: MasterAccess, where: string): RemoteShell {
  return { where, open: (terminal, signal) => open(access, terminal, signal) };
}

async function open(
  access: MasterAccess,
  { input, output, error, screen }: ShellTerminal,
  signal: AbortSignal,
): Promise<number> {
  const closed = Promise.withResolvers<void>();
  let code: number | undefined;
  let isEnded = false;
  try {
    const connection = await access.machine();
    if (connection === undefined)
      throw new InvocationError('there is no master at work', { hint: 'it is made when there is a job to run' });
    connection.hold(true);
    const window = screen && { type: screen.type, ...screen.size() };
    const channel = await connection.shell(window, (opened) => {
      opened.on('exit', (exitCode: number | null) => {
        isEnded = true;
        code = exitCode ?? undefined;
      });
      opened.on('error', () => {}); // told by its end
      opened.on('close', () => closed.resolve());
    });
    const stopWatching = screen?.onResize(() => {
      const { rows, columns } = screen.size();
      channel.setWindow(rows, columns, 0, 0);
    });
    const leave = () => channel.destroy();
    signal.addEventListener('abort', leave, { once: true });
    void connection.ended.then(() => closed.resolve());
    channel.pipe(output, { end: false });
    channel.stderr.pipe(error, { end: false });
    input.pipe(channel);
    try {
      if (signal.aborted) leave();
      await closed.promise;
    } finally {
      input.unpipe(channel);
      stopWatching?.();
      signal.removeEventListener('abort', leave);
    }
  } catch (failure) {
    throw toLithopsError(failure);
  }
  if (isEnded || signal.aborted) return code ?? 1;
  throw new InvocationError('the SSH connection to the master ended while the shell was open');
}
