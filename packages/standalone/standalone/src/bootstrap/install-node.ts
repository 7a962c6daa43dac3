import { ConfigError, InvocationError } from '@lithops/core/plugin';
import { inHome } from '../ssh/credentials.ts';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import { uploadFile } from '../ssh/upload-file.ts';
import { installPackages } from './install-packages.ts';
import type { MachineFacts } from './probe-machine.ts';

const LEAST_VERSION = [22, 12] as const;
/** What a Node needs on the disk, with the file that it comes in. */
const LEAST_FREE_MEGABYTES = 300;

/** Where Node comes from on machines that have none: this process's own, the distribution's packages, or a tarball of ours. */
export type NodeSource = 'own' | 'distribution' | { readonly tarball: string };

/**
 * Gives the path of a Node that is new enough, and installs one where there is none.
 * @throws InvocationError, ConfigError saying what to do
 */
export async function installNode(
  connection: SshConnection,
  facts: MachineFacts,
  source: NodeSource,
  progress: (text: string) => void,
): Promise<string> {
  const found = facts.nodes.find(({ version }) => isNewEnough(version));
  if (found !== undefined) return found.path;
  if (source !== 'distribution' && facts.freeMegabytes < LEAST_FREE_MEGABYTES)
    throw new InvocationError(
      `${connection.where} has ${facts.freeMegabytes} MB free in ${facts.base}; Node needs ${LEAST_FREE_MEGABYTES}`,
      { hint: 'make room, or set install_folder to one with more' },
    );
  if (source === 'distribution') {
    progress('installing Node from the distribution');
    await installPackages(
      connection,
      facts,
      { default: 'nodejs', zypper: 'nodejs22' },
      `Node ${LEAST_VERSION.join('.')}`,
    );
    return checked(connection, 'node');
  }
  if (source === 'own') return uploadOwn(connection, facts, progress);
  const file = inHome(source.tarball);
  const { path } = await uploadFile(
    connection,
    `${facts.base}/files`,
    { file },
    percentOf('the tarball of Node', progress),
  );
  const folder = `${facts.base}/node-${path.slice(-64, -48)}`;
  // Unpacked beside its place, so that it is there whole or not at all.
  const { code, stderr } = await connection.run(
    `set -e; [ -x ${quote(`${folder}/bin/node`)} ] && exit 0; rm -rf ${quote(`${folder}.part`)}; mkdir -p ${quote(`${folder}.part`)}; tar -xf ${quote(path)} -C ${quote(`${folder}.part`)} --strip-components 1; mv ${quote(`${folder}.part`)} ${quote(folder)}`,
    { withinMs: 300_000 },
  );
  if (code !== 0)
    throw new InvocationError(`${connection.where}: ${file} could not be unpacked: ${stderr.trim()}`, {
      hint: 'a tarball as nodejs.org gives it is expected; for .tar.xz the machine needs xz',
    });
  return checked(connection, `${folder}/bin/node`);
}

async function uploadOwn(
  connection: SshConnection,
  { arch, glibc, base }: MachineFacts,
  progress: (text: string) => void,
): Promise<string> {
  const why = whyOwnDoesNotFit(arch, glibc);
  if (why !== undefined)
    throw new ConfigError(
      `${connection.where} has no Node ${LEAST_VERSION.join('.')} or later, and ours does not run there: ${why}`,
      {
        hint: `set node_tarball to one for linux-${arch}, or install Node there`,
      },
    );
  const { path } = await uploadFile(
    connection,
    `${base}/files`,
    { file: process.execPath },
    percentOf('Node', progress),
  );
  return checked(connection, path);
}

function whyOwnDoesNotFit(arch: string, glibc: string | undefined): string | undefined {
  if (process.platform !== 'linux') return `it is for ${process.platform}`;
  if (process.arch !== arch) return `it is for ${process.arch}, the machine is ${arch}`;
  const own = ownGlibc();
  if (own === undefined) return glibc === undefined ? undefined : 'it was not made for glibc';
  return glibc === undefined ? 'it was made for glibc, which is not there' : undefined;
}

function ownGlibc(): string | undefined {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }; // as Node documents it
  return header?.glibcVersionRuntime;
}

/** What was found or installed may still not run. */
async function checked(connection: SshConnection, node: string): Promise<string> {
  const { stdout, stderr } = await connection.run(
    `node=$(command -v ${quote(node)}) && [ -x "$node" ] && echo "$node $("$node" --version)"`,
  );
  const [path = '', version = ''] = stdout.trim().split(' ');
  if (isNewEnough(version.replace(/^v/, ''))) return path;
  throw new InvocationError(
    `${connection.where}: ${node} is ${version === '' ? `no Node that runs: ${stderr.trim()}` : `Node ${version}`}; ${LEAST_VERSION.join('.')} or later is needed`,
    { hint: 'set node_tarball to a newer one' },
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** Tells every tenth. */
function percentOf(what: string, progress: (text: string) => void): (part: number) => void {
  let told = -1;
  return (part) => {
    const tenth = Math.floor(part * 10);
    if (tenth <= told) return;
    told = tenth;
    progress(`sending ${what}: ${tenth * 10} %`);
  };
}
