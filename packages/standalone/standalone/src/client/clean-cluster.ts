import { InvocationError } from '@lithops/core/plugin';
import { unitName } from '../bootstrap/service-unit.ts';
import { quote } from '../ssh/quote.ts';
import { SshConnection } from '../ssh/ssh-connection.ts';
import type { ClusterSettings } from './cluster-settings.ts';

/** A master is given so long to end by itself. */
const END_MS = 60_000;

/**
 * Ends the master of a cluster, whatever it does, and removes all that we have put on its machines; what was installed from
 * packages stays.
 * @param master a connection to its machine
 * @returns the machines that there was something on
 * @throws InvocationError naming those that could not be cleaned, when the others are
 */
export async function cleanCluster(
  { folder, workers }: ClusterSettings,
  master: SshConnection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const cleaned: string[] = [];
  const failures: Error[] = [];
  const clean = async (connection: SshConnection) => {
    if (await cleanMachine(connection, folder)) cleaned.push(connection.where);
  };
  // First: it would start workers again.
  await clean(master);
  await Promise.all(
    workers.map(async (worker) => {
      try {
        signal.throwIfAborted();
        const target = { ...worker, tunnel: () => master.connect(worker.host, worker.port) };
        await using connection = await SshConnection.open(target, signal);
        await clean(connection);
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error(String(error)));
      }
    }),
  );
  if (failures.length === 0) return cleaned;
  throw new InvocationError(
    `${failures.length} of ${workers.length + 1} machines could not be cleaned: ${failures.map(({ message }) => message).join('; ')}`,
    { cause: new AggregateError(failures), hint: 'the others are; ask again when these can be reached' },
  );
}

/** @returns whether there was anything */
async function cleanMachine(connection: SshConnection, folder: string): Promise<boolean> {
  const target = folder.startsWith('/') ? quote(folder) : `"$HOME"/${quote(folder)}`;
  const found = await connection.run(`cd ${target} 2>/dev/null && [ -d state ] && pwd -P`);
  const base = found.stdout.trim();
  if (found.code !== 0 || base === '') return false;
  const { code, stderr } = await connection.run(script(base), { withinMs: END_MS });
  if (code === 0) return true;
  throw new InvocationError(`${connection.where}: ${base} could not be removed: ${stderr.trim()}`);
}

/** The master, its Redis and the script that starts it again are those that work in our folder. */
function script(base: string): string {
  const unit = `/etc/systemd/system/${unitName({ base })}`;
  return `set -u; umask 077
base=${quote(base)}
root=; [ "$(id -u)" = 0 ] || root='sudo -n'
if [ -e ${quote(unit)} ]; then
  $root systemctl disable --quiet --now ${quote(unitName({ base }))} && $root rm -f ${quote(unit)} && $root systemctl daemon-reload || exit 1
fi
ours() {
  for each in /proc/[0-9]*; do
    case "$(readlink "$each/cwd" 2>/dev/null)" in "$base/state" | "$base/state/"*) echo "\${each#/proc/}" ;; esac
  done
}
all=$(ours)
[ -z "$all" ] || kill $all 2>/dev/null
for i in $(seq 100); do [ -n "$(ours)" ] || break; sleep 0.2; done
all=$(ours)
[ -z "$all" ] || kill -9 $all 2>/dev/null
keys="$HOME/.ssh/authorized_keys"
line="command=\\"$base/bin/start-worker\\""
if grep -qF "$line" "$keys" 2>/dev/null; then
  grep -vF "$line" "$keys" > "$keys.$$"
  cat "$keys.$$" > "$keys" && rm -f "$keys.$$" || exit 1
fi
# Nothing but what we have put there.
rm -rf "$base/files" "$base/bin" "$base/releases" "$base/environments" "$base/state" "$base/install.lock" "$base"/node-* || exit 1
rmdir "$base" 2>/dev/null
exit 0`;
}
