import { InvocationError } from '@lithops/core/plugin';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import type { MachineFacts } from './probe-machine.ts';

const INSTALL_MS = 600_000;

const COMMANDS: Readonly<Record<string, string>> = {
  'apt-get':
    'DEBIAN_FRONTEND=noninteractive apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends',
  dnf: 'dnf install -y -q',
  yum: 'yum install -y -q',
  apk: 'apk add --no-progress',
  zypper: 'zypper --non-interactive install',
};

/**
 * Installs a package of the machine's distribution.
 * @param need what it is for, for messages: `redis-server`
 * @throws InvocationError saying what to install by hand
 */
export async function installPackages(
  connection: SshConnection,
  { asRoot, packageManager }: MachineFacts,
  packages: Readonly<Record<string, string>>,
  need: string,
): Promise<void> {
  const command = packageManager === undefined ? undefined : COMMANDS[packageManager];
  const name = packages[packageManager ?? ''] ?? packages['default'];
  if (command === undefined || name === undefined || asRoot === undefined)
    throw new InvocationError(`${connection.where} has no ${need}, and it cannot be installed there`, {
      hint:
        asRoot === undefined
          ? `install ${need} by hand, or let the user run sudo without a password`
          : `install ${need} by hand: no package manager that we know was found`,
    });
  const { code, stdout, stderr } = await connection.run(`${asRoot} sh -c ${quote(`${command} ${name}`)}`, {
    withinMs: INSTALL_MS,
  });
  if (code === 0) return;
  throw new InvocationError(
    `${connection.where}: ${need} could not be installed by ${packageManager}: ${(stderr || stdout).trim().split('\n').slice(-3).join(' / ')}`,
    { hint: `install ${need} by hand` },
  );
}
