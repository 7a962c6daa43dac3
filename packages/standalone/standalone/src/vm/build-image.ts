import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ConfigError,
  InvocationError,
  type MachineImage,
  type MachineImageBuildOptions,
  type PluginLogger,
} from '@lithops/core/plugin';
import { type InstalledMachine, installMachine } from '../bootstrap/install-machine.ts';
import { currentRelease } from '../bootstrap/release.ts';
import type { VmImages } from '../provider/vm-provider.ts';
import { quote } from '../ssh/quote.ts';
import { SshConnection } from '../ssh/ssh-connection.ts';
import { uploadFile } from '../ssh/upload-file.ts';
import type { ClusterMachines } from './cluster-machines.ts';
import { isStarting } from './starting-machine.ts';

const SCRIPT_MS = 3_600_000;
const TRY_AGAIN_MS = 500;

export interface ImageBuildParts {
  readonly machines: ClusterMachines;
  readonly images: VmImages;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
}

/** Makes a machine, installs what masters and workers need and what the user wants, makes an image of it, and deletes it. */
export async function buildImage(
  name: string,
  options: MachineImageBuildOptions,
  { machines, images, logger, signal }: ImageBuildParts,
): Promise<MachineImage> {
  const { file, include = [], existing = 'keep', onOutput = () => {} } = options;
  const script = file === undefined ? undefined : await read(file);
  const isThere = (await images.list({ signal })).some((image) => image.name === name);
  if (isThere && existing === 'keep')
    throw new ConfigError(`there is an image ${name} already`, { hint: 'delete it, or build with --overwrite' });
  const machine = { role: 'image', number: randomBytes(4).toString('hex') } as const;
  try {
    const { connection, id } = await open();
    {
      await using opened = connection;
      const told: PluginLogger = { ...logger, info: (message) => onOutput(`${message}\n`) };
      const { folder, node } = machines.settings;
      const installed = await installMachine(opened, await currentRelease(), 'master', {
        folder,
        node,
        containers: false,
        logger: told,
      });
      for (const { source, destination } of include) await put(opened, installed, source, destination);
      if (script !== undefined) await asRoot(opened, installed, script, onOutput);
      await asRoot(opened, installed, leaveNothing(installed.layout.state), onOutput);
    }
    onOutput('making the image\n');
    await machines.stop(id);
    if (isThere) await images.delete(name, { signal });
    return await images.capture(id, name, { signal });
  } finally {
    const left = (await machines.listAll(new AbortController().signal)).find(
      (vm) => vm.name === machines.nameOf(machine),
    );
    if (left !== undefined) await machines.delete(left);
  }

  async function open(): Promise<{ readonly connection: SshConnection; readonly id: string }> {
    const last = Date.now() + machines.settings.startTimeoutMs;
    for (; ; await delay(TRY_AGAIN_MS, undefined, { signal })) {
      const vm = await machines.running(machine);
      try {
        return { connection: await SshConnection.open(machines.target(machine, vm), signal), id: vm.id };
      } catch (error) {
        if (!isStarting(error) || Date.now() > last) throw error;
      }
    }
  }
}

/** What is this machine's own must not be that of others, which bring theirs. */
function leaveNothing(state: string): string {
  return `rm -rf ${quote(state)} /var/lib/cloud/scripts/per-boot/lithops-guard
rm -f /etc/ssh/ssh_host_* /etc/sudoers.d/90-lithops
for file in /home/*/.ssh/authorized_keys /root/.ssh/authorized_keys; do
  [ ! -e "$file" ] || : > "$file"
done
sync
`;
}

async function asRoot(
  connection: SshConnection,
  { facts }: InstalledMachine,
  script: string,
  onOutput: (text: string) => void,
): Promise<void> {
  const { asRoot: prefix } = facts;
  if (prefix === undefined)
    throw new InvocationError(`${connection.where}: the user may not run commands as root`, {
      hint: 'sudo is needed there, without a password',
    });
  const { code, stdout, stderr } = await connection.run(`${prefix} sh -s`, { input: script, withinMs: SCRIPT_MS });
  onOutput(stdout);
  onOutput(stderr);
  if (code === 0) return;
  throw new InvocationError(
    `${connection.where}: the script ended with ${code ?? 'a signal'}: ${(stderr || stdout).trim().split('\n').slice(-3).join(' / ')}`,
  );
}

async function put(
  connection: SshConnection,
  installed: InstalledMachine,
  source: string,
  destination: string,
): Promise<void> {
  const { path } = await uploadFile(connection, installed.layout.files, { file: source });
  const script = `set -e; mkdir -p "$(dirname ${quote(destination)})"; cp ${quote(path)} ${quote(destination)}; chmod a+rX ${quote(destination)}; rm -f ${quote(path)}\n`;
  await asRoot(connection, installed, script, () => {});
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`the script ${file} cannot be read`, { cause: error });
  });
}
