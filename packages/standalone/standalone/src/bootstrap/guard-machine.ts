import { InvocationError } from '@lithops/core/plugin';
import { guardScript } from '../provider/guard-script.ts';
import type { GuardTimes } from '../provider/user-data.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';

/**
 * Has a machine that is somebody's, and that was started for us, turn itself off when nothing of us is heard there: until it is
 * off, and no longer. Its user has to be root, or to become it without a password.
 * @param folder ours: absolute, or below the user's home
 * @throws InvocationError, SshError
 */
export async function guardMachine(connection: SshConnection, folder: string, times: GuardTimes): Promise<void> {
  const base = folder.startsWith('/') ? folder : `$HOME/${folder}`;
  const script = `set -eu
umask 077
base="${base}"
mkdir -p "$base/state"
cat > "$base/state/guard" <<'END'
${guardScript(times)}END
sed -i "s|@BASE@|$base|" "$base/state/guard"
as=
if [ "$(id -u)" != 0 ]; then
  as='sudo -n'
  sudo -n true
fi
# Nothing of it may hold the connection that it was started by.
$as sh "$base/state/guard" </dev/null >/dev/null 2>&1
`;
  const { code, stderr } = await connection.run('sh -s', { input: script });
  if (code === 0) return;
  throw new InvocationError(`${connection.where}: it cannot be told to turn itself off: ${stderr.trim()}`, {
    hint: 'sudo is needed there, without a password',
  });
}
