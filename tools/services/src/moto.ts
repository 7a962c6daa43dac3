import { execFile } from 'node:child_process';
import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianMirror, installDebianPackage } from './debian.ts';
import { CACHE_FOLDER, withFileLock } from './file-lock.ts';
import { freePort, type Service, startServiceProcess } from './service-process.ts';

const run = promisify(execFile);

export interface MotoServer extends Service {
  readonly endpoint: string;
}

const PACKAGES = ['python3-moto', 'python3-flask', 'python3-flask-cors', 'python3-docker', 'python3-joserfc'];

/**
 * Its server, but for two things: keys may hold line breaks, which its router overlooks; and an object is put at once, where its
 * threads look first whether there is one (If-None-Match), and then put theirs, two of them now and then; and a launch template's
 * name is given once, which its threads look for in the same way.
 */
const PROGRAM = String.raw`
import sys
from moto.moto_server.utilities import RegexConverter
make = RegexConverter.__init__
RegexConverter.__init__ = lambda self, map, pattern: make(self, map, pattern.replace('.+', r'[\w\W]+'))
from threading import Lock
from moto.s3.responses import S3Response
put, one_at_a_time = S3Response.put_object, Lock()
def put_alone(self):
    with one_at_a_time:
        return put(self)
S3Response.put_object = put_alone
from moto.ec2.models.launch_templates import LaunchTemplateBackend
name_template, one_name_at_a_time = LaunchTemplateBackend.create_launch_template, Lock()
def name_alone(self, *args, **named):
    with one_name_at_a_time:
        return name_template(self, *args, **named)
LaunchTemplateBackend.create_launch_template = name_alone
from moto.server import main
main(['-H', '127.0.0.1', '-p', sys.argv[1]])
`;

/** An emulator of the APIs of AWS (https://docs.getmoto.org), in a Debian root of its own, with nothing in it yet. */
export async function startMoto(): Promise<MotoServer> {
  const root = await motoRoot();
  const port = await freePort();
  const service = await startServiceProcess(
    port,
    ['/usr/sbin/chroot', root, '/usr/bin/python3', '-c', PROGRAM, String(port)],
    {
      env: { PATH: '/usr/bin:/bin', HOME: '/tmp' },
    },
  );
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** Made once a machine: about half a minute. */
async function motoRoot(): Promise<string> {
  const root = join(CACHE_FOLDER, 'moto');
  await withFileLock('moto', async () => {
    if (
      await access(root).then(
        () => true,
        () => false,
      )
    )
      return;
    await installDebianPackage(['mmdebstrap'], '/usr/bin/mmdebstrap');
    const partial = `${root}.partial`;
    await rm(partial, { recursive: true, force: true });
    // Moto is packaged in Debian sid only.
    const source = `deb [trusted=yes] ${await debianMirror()} sid main`;
    const options = ['--variant=essential', '--aptopt=Acquire::Check-Valid-Until "false"'];
    const include = `--include=${PACKAGES.join(',')}`;
    await run('mmdebstrap', [...options, include, 'sid', partial, source], { maxBuffer: 64 * 1024 * 1024 });
    await rename(partial, root);
  });
  return root;
}
