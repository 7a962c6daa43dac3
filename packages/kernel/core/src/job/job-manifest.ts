import { decodeValue, encodeValue } from '@lithops/worker/values';
import { StorageError } from '../errors/storage-error.ts';
import type { SpeculationOptions } from './speculation-options.ts';

/** What another process must know of a durable job to go on with it. Holds no part of the configuration. */
export interface JobManifest {
  readonly version: 1;
  readonly executorId: string;
  readonly jobId: string;
  readonly functionName: string;
  /** ms since the epoch. */
  readonly submittedAt: number;
  readonly calls: number;
  /** Hash of the function module. */
  readonly module: string;
  /** Names of the functions and classes in the module's table. */
  readonly tableNames: readonly string[];
  readonly passContext: boolean;
  readonly extraArgs: Uint8Array | undefined;
  /** Names of the storages that the job reads objects from; absent when there are none. */
  readonly storages?: readonly string[];
  readonly options: ManifestOptions;
  /** Where the items are, in the order of the calls. */
  readonly parts: readonly DataPart[];
  /** Calls whose items are results of other jobs of the executor. */
  readonly inputs: readonly CallInputs[];
}

export interface ManifestOptions {
  readonly retries: number;
  /** Whether the job's owner decides which errors of the function are tried again; then only what he says is final. */
  readonly ownRetryRule: boolean;
  readonly chunksize?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly priority?: number;
  readonly runtimeMemory?: number;
  readonly jobTimeoutMs?: number;
  readonly speculation?: SpeculationOptions;
  readonly idempotent?: false;
}

/** The items of some calls, as a batch of values; calls without an item of their own have `undefined` there. */
export interface DataPart {
  readonly first: number;
  readonly count: number;
  /** Its object, or the batch itself where it is small. */
  readonly data: string | Uint8Array;
}

export interface CallInputs {
  readonly call: number;
  /** A list of all results, or the result of the only one. */
  readonly list: boolean;
  readonly of: readonly (readonly [jobId: string, call: number])[];
}

export function encodeManifest(manifest: JobManifest): Uint8Array {
  return encodeValue(manifest);
}

/** @throws StorageError when the bytes are no manifest, or one of a newer version. */
export function decodeManifest(bytes: Uint8Array, key: string): JobManifest {
  let manifest: Partial<JobManifest> | null;
  try {
    manifest = decodeValue(bytes) as Partial<JobManifest> | null; // looked at below
  } catch (cause) {
    throw new StorageError(`the manifest '${key}' cannot be read`, { cause });
  }
  if (typeof manifest !== 'object' || typeof manifest?.version !== 'number')
    throw new StorageError(`the manifest '${key}' holds something else`);
  if (manifest.version !== 1)
    throw new StorageError(`the job of manifest '${key}' was submitted by a newer version of @lithops/core`, {
      hint: 'update it here too',
    });
  return manifest as JobManifest; // written by encodeManifest of this version
}
