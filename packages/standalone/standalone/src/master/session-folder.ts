import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Invocation, ShippedModule } from '@lithops/worker';
import {
  decodeStoredInvocation,
  decodeStoredModule,
  encodeStoredInvocation,
  encodeStoredModule,
} from '@lithops/worker/protocol';
import type { WorkerEnvironment } from '../protocol/master-api.ts';
import { writeWhole } from './write-whole.ts';

/** What a session is, as long as it is there. */
export interface SessionMeta {
  readonly id: string;
  readonly executorId: string;
  readonly environment: WorkerEnvironment;
}

/** What a session was given, in files: a later master goes on with it. */
export class SessionFolder {
  readonly path: string;
  readonly meta: SessionMeta;
  /** Those in use need not be read for every invocation. */
  readonly #modules = new Map<string, WeakRef<ShippedModule>>();
  /** Modules that there was no room for, and why. */
  readonly #unkept = new Map<string, unknown>();

  private constructor(path: string, meta: SessionMeta) {
    this.path = path;
    this.meta = meta;
  }

  /** A new one, in place of what there was. */
  static create(path: string, meta: SessionMeta): SessionFolder {
    rmSync(path, { recursive: true, force: true });
    for (const part of ['modules', 'runs']) mkdirSync(join(path, part), { recursive: true, mode: 0o700 });
    writeWhole(join(path, 'session.json'), JSON.stringify(meta));
    return new SessionFolder(path, meta);
  }

  /** One that an earlier master has left. @throws when it is not there whole */
  static open(path: string): SessionFolder {
    return new SessionFolder(path, JSON.parse(readFileSync(join(path, 'session.json'), 'utf8')) as SessionMeta); // as `create` wrote it
  }

  /** Channels of the invocations that are kept. */
  runs(): number[] {
    return readdirSync(join(this.path, 'runs')).map(Number).filter(Number.isSafeInteger);
  }

  run(channel: number): Invocation | undefined {
    const file = this.#runFile(channel);
    return existsSync(file) ? decodeStoredInvocation(readFileSync(file)) : undefined;
  }

  /** @throws where there is no room for it, or was none for its modules */
  keepRun(channel: number, invocation: Invocation): void {
    for (const hash of [invocation.module, invocation.task?.storageModule])
      if (hash !== undefined && this.#unkept.has(hash)) throw this.#unkept.get(hash);
    const file = this.#runFile(channel);
    if (!existsSync(file)) writeWhole(file, encodeStoredInvocation(invocation));
  }

  removeRun(channel: number): void {
    rmSync(this.#runFile(channel), { force: true });
  }

  /** @throws when it was not sent */
  module(hash: string): ShippedModule {
    const known = this.#modules.get(hash)?.deref();
    if (known !== undefined) return known;
    const module = decodeStoredModule(readFileSync(this.#moduleFile(hash)));
    this.#modules.set(hash, new WeakRef(module));
    return module;
  }

  /** One that there is no room for is told by the invocations that need it. */
  keepModule(module: ShippedModule): void {
    const file = this.#moduleFile(module.hash);
    try {
      if (!existsSync(file)) writeWhole(file, encodeStoredModule(module));
      this.#unkept.delete(module.hash);
    } catch (error) {
      this.#unkept.set(module.hash, error);
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #runFile(channel: number): string {
    return join(this.path, 'runs', String(channel));
  }

  #moduleFile(hash: string): string {
    if (!/^[\w.-]+$/.test(hash)) throw new TypeError(`${JSON.stringify(hash)} is no hash of a module`);
    return join(this.path, 'modules', hash);
  }
}
