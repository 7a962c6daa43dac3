import { chmod, mkdir, stat } from 'node:fs/promises';
import type { PluginLogger } from '@lithops/core/plugin';
import type { Engine } from '@lithops/kit-images/engine';

/** The folders of the storage, made where they are missing; none where the engine is on another machine, which has others. */
export async function mountedFolders(
  folders: readonly string[],
  engine: Engine,
  logger: PluginLogger,
): Promise<readonly string[]> {
  if (folders.length === 0) return [];
  if (!engine.isLocal) {
    logger.warn(
      `the engine at ${engine.address.host} is on another machine: its tasks do not share the storage in ${folders.join(', ')}`,
    );
    return [];
  }
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  // Tasks of root run in its group.
  if (process.getuid?.() === 0) for (const folder of folders) await shareWithGroup(folder);
  return folders;
}

async function shareWithGroup(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & 0o070) !== 0o070) await chmod(folder, (mode & 0o7777) | 0o070);
}
