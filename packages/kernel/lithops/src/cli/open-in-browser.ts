import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Opens an address that holds a secret. Command lines can be read by everybody on the machine, so the browser is given a
 * file that only this user can read, which leads to the address. It is there until the result is disposed.
 * @throws Error when there is no browser to open
 */
export async function openInBrowser(url: string): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'lithops-dashboard-'));
  const file = join(folder, 'open.html');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${url}">\n`, { mode: 0o600 });
    const [command = 'xdg-open', ...args] = COMMANDS[process.platform] ?? [];
    const opener = spawn(command, [...args, file], { stdio: 'ignore', detached: true });
    await once(opener, 'spawn');
    opener.unref();
    return { [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw new Error(`no browser could be opened (${String(error)}); open the address yourself`, { cause: error });
  }
}
