import { InvocationError } from '@lithops/core/plugin';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import { installPackages } from './install-packages.ts';
import type { MachineFacts } from './probe-machine.ts';

const START_MS = 60_000;

/** Starts the engine as machines with and without systemd do, and waits for its socket. */
const START = `if [ -d /run/systemd/system ]; then systemctl enable --now docker
elif command -v rc-service >/dev/null; then rc-update add docker; rc-service docker start
elif [ -x /etc/init.d/docker ]; then /etc/init.d/docker start
else setsid dockerd </dev/null >/var/log/dockerd.log 2>&1 & fi
for i in $(seq 200); do [ -S /var/run/docker.sock ] && exit 0; sleep 0.2; done; exit 1`;

/**
 * Installs Docker from the distribution's packages where there is no engine, starts it, and puts the user into its group, if
 * that one may run commands as root. An engine that is there is left as it is, but for the group.
 * @throws InvocationError saying what to do by hand
 */
export async function installDocker(
  connection: SshConnection,
  facts: MachineFacts,
  progress: (text: string) => void,
): Promise<void> {
  const { asRoot, engine } = facts;
  if (engine === 'usable') return;
  if (engine === 'absent') {
    progress('installing Docker');
    await installPackages(connection, facts, { 'apt-get': 'docker.io', default: 'docker' }, 'Docker');
  }
  if (asRoot === undefined)
    throw new InvocationError(`${connection.where}: the user may not use the Docker engine there`, {
      hint: 'add the user to group docker, or let it run sudo without a password',
    });
  if (engine !== 'forbidden') {
    progress('starting Docker');
    const { code, stdout, stderr } = await connection.run(`${asRoot} sh -c ${quote(START)}`, { withinMs: START_MS });
    if (code !== 0)
      throw new InvocationError(
        `${connection.where}: the Docker engine does not start: ${(stderr || stdout).trim().split('\n').slice(-3).join(' / ')}`,
      );
  }
  if (asRoot === '') return;
  const { code, stderr } = await connection.run(`${asRoot} usermod -aG docker "$(id -un)"`);
  if (code !== 0)
    throw new InvocationError(`${connection.where}: the user could not be put into the group docker: ${stderr.trim()}`);
}
