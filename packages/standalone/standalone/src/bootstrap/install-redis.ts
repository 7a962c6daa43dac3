import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import { installPackages } from './install-packages.ts';
import type { MachineFacts } from './probe-machine.ts';

/** Packages start one that asks nobody for a password; ours is another, and the machine had none before. */
const STOP = `for name in redis-server redis valkey-server valkey; do
  if [ -d /run/systemd/system ]; then systemctl disable --now $name
  elif [ -x /etc/init.d/$name ]; then /etc/init.d/$name stop
  elif command -v rc-service; then rc-service $name stop; fi
done >/dev/null 2>&1; exit 0`;

/** Installs Redis from the distribution's packages, and ends the service that comes with it. @throws InvocationError */
export async function installRedis(connection: SshConnection, facts: MachineFacts): Promise<void> {
  await installPackages(connection, facts, { 'apt-get': 'redis-server', default: 'redis' }, 'Redis');
  await connection.run(`${facts.asRoot} sh -c ${quote(STOP)}`);
}
