import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type DockerEngine, startDockerEngine } from './docker-engine.ts';
import { docker } from './docker-images.ts';
import { freePort } from './service-process.ts';
import { buildSshMachineImage } from './ssh-machine-image.ts';

const run = promisify(execFile);

const USER = 'lithops';
const READY_SECONDS = 60;
const OWNER_LABEL = 'lithops-test.owner';

/** A machine with sshd, Node and Redis: a container of the tests' engine. */
export interface SshMachine {
  /** Where this process reaches its sshd. */
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Where the other machines do, on port 22. */
  readonly address: string;
  /** `SHA256:...` of its only host key. */
  readonly fingerprint: string;
  /** Its public host key, as a line of `known_hosts` has it behind the name. */
  readonly hostKey: string;
  /** Runs a command of the shell there, as root; gives what it prints. */
  exec(command: string): Promise<string>;
  /** Copies a file of this machine there. */
  put(file: string, path: string): Promise<void>;
  /** It is dead, as if it had lost power; what was on its disk is there when it is started again. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** All its processes end at once and sshd starts again; for others it is the same as a quick reboot. */
  reboot(): Promise<void>;
  /** It answers nothing until it is unfrozen. */
  freeze(): Promise<void>;
  unfreeze(): Promise<void>;
  /** Nothing reaches it and nothing leaves it, without a word to those at the other end. */
  cutOff(): Promise<void>;
  mend(): Promise<void>;
}

export interface SshMachines extends AsyncDisposable {
  readonly engine: DockerEngine;
  readonly machines: readonly SshMachine[];
  /** May log in on all of them with the key or the password, and is nobody special there. */
  readonly username: string;
  readonly keyFile: string;
  readonly password: string;
  /** Where the machines reach what listens on this host there, and so does this process. */
  readonly gateway: string;
  /** A file in the format of `known_hosts` that knows all of them, as we and as they reach each other. */
  readonly knownHostsFile: string;
}

export interface SshMachinesOptions {
  /** Whether there is Node on them. Default: yes. */
  readonly node?: boolean;
  /** Files and folders of this machine that they have, too; `here:there` where it is not the same path. */
  readonly mounts?: readonly string[];
  /** Bytes of a memory disk at `/tmp`. Default: their own disk. */
  readonly tmpBytes?: number;
  /** Groups of this machine's numbers that the user is in, too. */
  readonly groups?: readonly number[];
}

/** Starts so many machines on a network of their own. */
export async function startSshMachines(count: number, options: SshMachinesOptions = {}): Promise<SshMachines> {
  const engine = await startDockerEngine();
  const image = await buildSshMachineImage(engine);
  await removeLeftovers(engine);
  const folder = await mkdtemp(join(tmpdir(), 'lithops-ssh-'));
  const password = randomBytes(12).toString('hex');
  const key = makeKey();
  const keyFile = join(folder, 'id_ecdsa');
  await writeFile(keyFile, key.privateKey, { mode: 0o600 });
  const network = `lithops-test-${randomBytes(4).toString('hex')}`;
  await docker(engine, ['network', 'create', '--label', await ownerLabel(), network]);
  const machines = await Promise.all(
    Array.from({ length: count }, () =>
      startMachine(engine, { image, network, password, publicKey: key.publicKey, options }),
    ),
  );
  const gateway = await docker(engine, [
    'network',
    'inspect',
    '-f',
    '{{range .IPAM.Config}}{{.Gateway}}{{end}}',
    network,
  ]);
  const knownHostsFile = join(folder, 'known_hosts');
  const known = machines.flatMap(({ port, address, hostKey }) => [
    `[127.0.0.1]:${port} ${hostKey}`,
    `${address} ${hostKey}`,
  ]);
  await writeFile(knownHostsFile, `${known.join('\n')}\n`);
  return {
    engine,
    machines,
    username: USER,
    keyFile,
    password,
    gateway,
    knownHostsFile,
    async [Symbol.asyncDispose]() {
      await Promise.all(machines.map((machine) => machine.remove()));
      await docker(engine, ['network', 'rm', network]);
      await rm(folder, { recursive: true, force: true });
      await engine[Symbol.asyncDispose]();
    },
  };
}

interface MachineRecipe {
  readonly image: string;
  readonly network: string;
  readonly password: string;
  readonly publicKey: string;
  readonly options: SshMachinesOptions;
}

async function startMachine(
  engine: DockerEngine,
  recipe: MachineRecipe,
): Promise<SshMachine & { remove(): Promise<void> }> {
  const { image, network, password, publicKey, options } = recipe;
  const { node = true, mounts = [], tmpBytes, groups = [] } = options;
  const port = await freePort();
  const host = makeKey();
  const volumes = [
    ...(node ? [`${process.execPath}:/usr/local/bin/node:ro`] : []),
    ...mounts.map((path) => (path.includes(':') ? path : `${path}:${path}`)),
  ];
  const id = await docker(engine, [
    ...['run', '--detach', '--label', await ownerLabel(), '--network', network],
    ...['--publish', `127.0.0.1:${port}:22`],
    ...['--env', `HOST_KEY=${host.privateKey}`, '--env', `PASSWORD=${password}`, '--env', `PUBLIC_KEY=${publicKey}`],
    ...['--env', `GROUPS_OF_USER=${groups.join(' ')}`],
    ...volumes.flatMap((volume) => ['--volume', volume]),
    ...(tmpBytes === undefined ? [] : ['--tmpfs', `/tmp:rw,exec,mode=1777,size=${tmpBytes}`]),
    ...[image, '/bin/sh', '/etc/lithops-machine'],
  ]);
  const ask = (format: string) => docker(engine, ['inspect', '--format', format, id]);
  const address = await ask('{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}');
  const answers = () => untilAnswers(port, engine, id);
  await answers();
  const filter = async (action: '-I' | '-D') => {
    const pid = await ask('{{.State.Pid}}');
    for (const chain of ['INPUT', 'OUTPUT'])
      await run('nsenter', ['-t', pid, '-n', '/usr/sbin/iptables', '-w', action, chain, '-j', 'DROP']);
  };
  const command = (...args: string[]) => docker(engine, args);
  const start = async () => {
    await command('start', id);
    await answers();
  };
  return {
    host: '127.0.0.1',
    port,
    address,
    hostKey: host.publicKey,
    fingerprint: `SHA256:${createHash('sha256').update(host.blob).digest('base64').replace(/=+$/, '')}`,
    exec: (shell) => command('exec', id, '/bin/sh', '-c', shell),
    put: async (file, path) => void (await command('cp', '--follow-link', file, `${id}:${path}`)),
    kill: async () => void (await command('kill', id)),
    start,
    reboot: async () => {
      await command('exec', id, '/bin/sh', '-c', 'kill -9 -1').catch(() => {}); // it ends, too
      await command('exec', '--detach', id, '/usr/sbin/sshd', '-D');
      await answers();
    },
    freeze: async () => void (await command('pause', id)),
    unfreeze: async () => void (await command('unpause', id)),
    cutOff: () => filter('-I'),
    mend: () => filter('-D'),
    remove: async () => void (await command('rm', '--force', '--volumes', id)),
  };
}

/** A key as OpenSSH reads and writes it. */
function makeKey(): { readonly privateKey: string; readonly publicKey: string; readonly blob: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const type = 'ecdsa-sha2-nistp256';
  const blob = Buffer.concat([type, 'nistp256', point].map(lengthPrefixed));
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'sec1' }).toString(),
    publicKey: `${type} ${blob.toString('base64')}`,
    blob,
  };
}

function lengthPrefixed(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string); // copies a buffer, too
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Until sshd itself greets: the engine's own proxy takes connections before that. */
async function untilAnswers(port: number, engine: DockerEngine, id: string): Promise<void> {
  for (const last = Date.now() + READY_SECONDS * 1000; !(await greets(port)); await delay(30)) {
    if (Date.now() < last) continue;
    throw new Error(`sshd does not answer on ${port}: ${await docker(engine, ['logs', id])}`);
  }
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').setTimeout(1000);
  socket.on('timeout', () => socket.destroy());
  try {
    const [greeting] = (await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [''])])) as [
      unknown,
    ];
    return String(greeting).startsWith('SSH-');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** By which {@link removeLeftovers} finds what a process has made. */
export async function ownerLabel(): Promise<string> {
  return `${OWNER_LABEL}=${await ownerOf(process.pid)}`;
}

/** Number and start of a process: numbers are given again. */
async function ownerOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return `${pid}@${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
}

/** Removes what test processes have left that were killed. */
export async function removeLeftovers(engine: DockerEngine): Promise<void> {
  const owner = `{{.ID}} {{.Label "${OWNER_LABEL}"}}`;
  const filter = ['--filter', `label=${OWNER_LABEL}`, '--format', owner];
  for (const [list, remove] of [
    [
      ['ps', '--all'],
      ['rm', '--force', '--volumes'],
    ],
    [
      ['network', 'ls'],
      ['network', 'rm'],
    ],
  ] as const) {
    for (const line of (await docker(engine, [...list, ...filter])).split('\n')) {
      const [id = '', label = ''] = line.split(' ');
      if (id === '' || (await ownerOf(Number.parseInt(label, 10))) === label) continue;
      await docker(engine, [...remove, id]).catch(() => {}); // another process may be at it
    }
  }
}
