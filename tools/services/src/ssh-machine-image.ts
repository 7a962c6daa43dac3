import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianMirror, installDebianPackage } from './debian.ts';
import type { DockerEngine } from './docker-engine.ts';
import { docker, importFolder } from './docker-images.ts';
import { CACHE_FOLDER, withFileLock } from './file-lock.ts';

const run = promisify(execFile);

/** What a machine of the tests consists of; all else that they need comes along. */
const PACKAGES = [
  ...[
    'openssh-server',
    'openssh-sftp-server',
    'redis-server',
    'bash',
    'dash',
    'coreutils',
    'util-linux',
    'grep',
    'sed',
  ],
  ...[
    'base-files',
    'base-passwd',
    'libc-bin',
    'tar',
    'gzip',
    'xz-utils',
    'findutils',
    'debianutils',
    'procps',
    'hostname',
  ],
];

const SSHD = `Port 22
HostKey /etc/ssh/host_key
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
PidFile none
Subsystem sftp /usr/lib/openssh/sftp-server
`;

/** The first process of a machine: prepares what is its own, and goes on whatever ends. */
const MACHINE = `set -e
if [ ! -e /etc/ssh/host_key ]; then
  umask 077
  printf '%s\\n' "$HOST_KEY" > /etc/ssh/host_key
  mkdir -p /home/lithops/.ssh
  printf '%s\\n' "$PUBLIC_KEY" > /home/lithops/.ssh/authorized_keys
  chown -R lithops:lithops /home/lithops
  for group in $GROUPS_OF_USER; do
    echo "extra$group:x:$group:lithops" >> /etc/group
  done
  echo "lithops:$PASSWORD" | chpasswd -c SHA256
fi
mkdir -p /run/sshd
unset HOST_KEY PASSWORD PUBLIC_KEY
/usr/sbin/sshd
while :; do sleep 3600 & wait $! || true; done
`;

/**
 * An image with sshd, Redis and a shell, of Debian's packages: unpacked, which is all that they need here, in a third of the
 * time that installing them takes. Made once a machine.
 */
export async function buildSshMachineImage(engine: DockerEngine): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify([PACKAGES, SSHD, MACHINE]))
    .digest('hex')
    .slice(0, 12);
  const name = `lithops-test/ssh-machine:${hash}`;
  await withFileLock('image-ssh-machine', async () => {
    const known = await docker(engine, ['image', 'inspect', '-f', '{{.Id}}', name]).catch(() => '');
    if (known !== '') return;
    await installDebianPackage(['mmdebstrap'], '/usr/bin/mmdebstrap');
    const folder = await mkdtemp(join(CACHE_FOLDER, 'ssh-machine-'));
    try {
      const root = join(folder, 'root');
      const source = `deb ${await debianMirror()} bookworm main`;
      const options = ['--variant=extract', '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr'];
      await run('mmdebstrap', [...options, `--include=${PACKAGES.join(',')}`, 'bookworm', root, source], {
        maxBuffer: 64 * 1024 * 1024,
      });
      await configure(root);
      await importFolder(engine, root, name, ['ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  return name;
}

/** What their scripts would have done. */
async function configure(root: string): Promise<void> {
  const files = {
    'etc/passwd':
      'root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nlithops:x:1000:1000::/home/lithops:/bin/bash\n',
    'etc/group': 'root:x:0:\ntty:x:5:\nshadow:x:42:\nnogroup:x:65534:\nlithops:x:1000:\n',
    'etc/shadow': 'root:*:19000:0:99999:7:::\nsshd:!:19000::::::\nlithops:!:19000:0:99999:7:::\n',
    'etc/ssh/sshd_config': SSHD,
    'etc/lithops-machine': MACHINE,
  };
  await mkdir(join(root, 'etc/ssh'), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  await mkdir(join(root, 'tmp'), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  for (const folder of ['usr/share/doc', 'usr/share/locale', 'usr/share/man', 'var/cache/apt', 'var/lib/apt'])
    await rm(join(root, folder), { recursive: true, force: true });
  await run('/usr/sbin/chroot', [root, '/sbin/ldconfig']);
}
