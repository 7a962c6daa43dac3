import { InvocationError } from '@lithops/core/plugin';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';

/** What a machine is like. */
export interface MachineFacts {
  /** Absolute path of our folder on it. */
  readonly base: string;
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  readonly cpus: number;
  /** `2.36`; undefined where the C library is another. */
  readonly glibc: string | undefined;
  /** Nodes that were found, the one that we installed first. */
  readonly nodes: readonly { readonly path: string; readonly version: string }[];
  readonly hasRedis: boolean;
  /** Whether commands can be run as root: `''` when we are root, `sudo -n` where that asks nothing. */
  readonly asRoot: string | undefined;
  readonly packageManager: string | undefined;
  readonly user: string;
  /** Whether systemd runs there. */
  readonly hasSystemd: boolean;
  readonly freeMegabytes: number;
  /** The container engine: `stopped`: installed, and its socket is not there; `forbidden`: it is, and is not for the user. */
  readonly engine: 'absent' | 'stopped' | 'forbidden' | 'usable';
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  amd64: 'x64',
  aarch64: 'arm64',
  arm64: 'arm64',
};

/** Looks at a machine, with one command, and makes our folder. @throws InvocationError where it is no Linux, or lets us make no folder */
export async function probeMachine(connection: SshConnection, folder: string): Promise<MachineFacts> {
  const { code, stdout, stderr } = await connection.run(script(folder));
  const found = new Map<string, string>();
  const nodes: { path: string; version: string }[] = [];
  for (const line of stdout.split('\n')) {
    const [, key = '', value = ''] = /^([a-z]+)=(.*)$/.exec(line.trim()) ?? [];
    if (key === 'node') {
      const [path = '', version = ''] = value.split(' ');
      if (/^v\d/.test(version)) nodes.push({ path, version: version.slice(1) });
    } else if (key !== '' && value !== '') found.set(key, value);
  }
  const base = found.get('base');
  if (code !== 0 || base === undefined)
    throw new InvocationError(
      `${connection.where}: our folder ${folder} cannot be made: ${(stderr || stdout).trim()}`,
      {
        hint: 'set install_folder to one that the user may write to; a POSIX shell is needed there',
      },
    );
  const system = found.get('system');
  if (system !== 'Linux')
    throw new InvocationError(`${connection.where} runs ${system ?? 'an unknown system'}; Linux is needed`);
  const machine = found.get('machine') ?? '';
  return {
    base,
    arch: ARCHITECTURES[machine] ?? machine,
    cpus: Math.max(1, Number(found.get('cpus') ?? 1)),
    glibc: /^glibc (\S+)/.exec(found.get('libc') ?? '')?.[1],
    nodes,
    hasRedis: found.has('redis'),
    asRoot: found.get('uid') === '0' ? '' : found.has('sudo') ? 'sudo -n' : undefined,
    packageManager: found.get('installer'),
    user: found.get('user') ?? '',
    hasSystemd: found.has('systemd'),
    freeMegabytes: Math.floor(Number(found.get('free') ?? 0) / 1024),
    engine: engineOf(found.get('engine')),
  };
}

function engineOf(told: string | undefined): MachineFacts['engine'] {
  return told === 'stopped' || told === 'forbidden' || told === 'usable' ? told : 'absent';
}

function script(folder: string): string {
  const target = folder.startsWith('/') ? quote(folder) : `"$HOME"/${quote(folder)}`;
  return `umask 077
base=${target}
mkdir -p "$base/files" "$base/bin" "$base/releases" "$base/state" && chmod 700 "$base" || exit 1
base=$(cd "$base" && pwd -P) || exit 1
echo "base=$base"
echo "system=$(uname -s)"
echo "machine=$(uname -m)"
echo "cpus=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"
echo "libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)"
echo "uid=$(id -u)"
echo "user=$(id -un)"
[ -d /run/systemd/system ] && command -v systemctl >/dev/null && echo "systemd=yes"
for node in "$base/bin/node" "$(command -v node)" /usr/local/bin/node /usr/bin/node; do
  [ -x "$node" ] && echo "node=$node $("$node" --version 2>/dev/null)"
done
echo "redis=$(command -v redis-server || command -v valkey-server)"
engine=absent
PATH="$PATH:/usr/sbin:/sbin"
{ command -v dockerd || command -v podman; } >/dev/null 2>&1 && engine=stopped
for socket in /var/run/docker.sock "$HOME/.docker/run/docker.sock" "\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock" "\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/podman/podman.sock" /run/podman/podman.sock; do
  if [ -S "$socket" ]; then if [ -w "$socket" ]; then engine=usable; else [ $engine = usable ] || engine=forbidden; fi; fi
done
echo "engine=$engine"
sudo -n true 2>/dev/null && echo "sudo=yes"
for installer in apt-get dnf yum apk zypper; do command -v $installer >/dev/null && echo "installer=$installer" && break; done
echo "free=$(df -Pk "$base" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)"
exit 0`;
}
