import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShippedModule } from '../invocation.ts';
import { decodeStoredModule, encodeStoredModule } from '../protocol/index.ts';

/** Function modules on the disk of a sandbox, which outlives its processes; by their hashes, those used last. */
export class ModuleFiles {
  readonly #folder: string;
  readonly #mostBytes: number;

  constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** Undefined when it is not there, or cannot be read. */
  async find(hash: string): Promise<ShippedModule | undefined> {
    const file = this.#fileOf(hash);
    try {
      const module = decodeStoredModule(await readFile(file));
      const now = new Date();
      await utimes(file, now, now);
      return module.hash === hash ? module : undefined;
    } catch {
      return undefined;
    }
  }

  /** A disk that is full is no reason not to run the module. */
  async keep(module: ShippedModule): Promise<void> {
    const file = this.#fileOf(module.hash);
    try {
      const bytes = encodeStoredModule(module);
      if (bytes.byteLength > this.#mostBytes) return;
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#makeRoom(this.#mostBytes - bytes.byteLength);
      const partial = `${file}.${process.pid}`;
      await writeFile(partial, bytes);
      await rename(partial, file);
    } catch {
      await rm(file, { force: true }).catch(() => {}); // it will be sent again
    }
  }

  #fileOf(hash: string): string {
    return join(this.#folder, Buffer.from(hash).toString('base64url'));
  }

  async #makeRoom(most: number): Promise<void> {
    const files = await Promise.all(
      (await readdir(this.#folder)).map(async (name) => {
        const file = join(this.#folder, name);
        const { size, mtimeMs } = await stat(file);
        return { file, size, mtimeMs };
      }),
    );
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { file, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (bytes <= most) return;
      await rm(file, { force: true });
      bytes -= size;
    }
  }
}
