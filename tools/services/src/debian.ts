import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import { withFileLock } from './file-lock.ts';

const run = promisify(execFile);

/** Installs a Debian package unless a file of it is there. @throws Error saying what to install by hand, and why. */
export async function installDebianPackage(names: readonly string[], file: string): Promise<void> {
  if (await exists(file)) return;
  await withFileLock('apt', async () => {
    if (await exists(file)) return;
    const environment = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 };
    try {
      await run('apt-get', ['update', '-q'], environment);
      await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], environment);
    } catch (error) {
      throw new Error(
        `the tests need ${file}, of the Debian packages ${names.join(' ')}; they could not be installed: ${String(error)}`,
        { cause: error },
      );
    }
  });
}

/** The mirror that this machine installs from. */
export async function debianMirror(): Promise<string> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const mirror = stdout.split('\n').find((line) => /\/debian\/?$/.test(line));
  if (mirror === undefined) throw new Error(`no Debian mirror among the sources of this machine: ${stdout}`);
  return mirror;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
