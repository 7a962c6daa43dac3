import { StorageError } from '../errors/storage-error.ts';
import { currentTask } from '../executor/task-context.ts';
import { unlessAborted } from '../plugin/unless-aborted.ts';
import { CloudObject } from './cloud-object.ts';
import type { Storage } from './storage.ts';
import { checkBucket, checkCloudObject, checkKey } from './storage-arguments.ts';
import type { CloudObjectOptions, SignalOption } from './storage-options.ts';
import { bucketNoteKey, cloudObjectKey, type ObjectOwner } from './temporary-keys.ts';

/** The objects of a storage that are passed around as values: named by us, noted for `clean()`, and good for this storage alone. */
export class CloudObjects {
  readonly #storage: Storage;
  readonly #owner: ObjectOwner | undefined;
  /** Buckets besides the default one that hold some made here. */
  readonly #notedBuckets = new Map<string, Promise<unknown>>();

  /** @param owner whose they are; absent: the running task's, if there is one */
  constructor(storage: Storage, owner: ObjectOwner | undefined) {
    this.#storage = storage;
    this.#owner = owner ?? ownerOfTask();
  }

  /** Where the next one is to be written: under a name of its own, unless one is given. */
  async place({ bucket, key, signal }: CloudObjectOptions): Promise<CloudObject> {
    if (bucket !== undefined) checkBucket(bucket);
    if (key !== undefined) checkKey(key);
    const options = signal === undefined ? {} : { signal };
    if (key === undefined && bucket !== undefined) await this.#noteBucket(bucket, options);
    return new CloudObject(
      this.#storage.backendName,
      bucket ?? (await this.#storage.defaultBucket(options)),
      key ?? cloudObjectKey(this.#owner),
    );
  }

  /** The object itself. @throws TypeError for anything else, StorageError when it is in another storage */
  own(object: CloudObject): CloudObject {
    const { backend, bucket, key } = checkCloudObject(object);
    const { backendName } = this.#storage;
    if (backend === backendName) return object;
    throw new StorageError(`${backend}://${bucket}/${key} is not in this storage, which is ${backendName}`);
  }

  /** So that `clean()` finds what was made in buckets of the user's choice, also by tasks. */
  async #noteBucket(bucket: string, options: SignalOption): Promise<void> {
    const home = await this.#storage.defaultBucket(options);
    if (bucket === home || this.#owner === undefined) return;
    let noted = this.#notedBuckets.get(bucket);
    if (noted === undefined) {
      noted = this.#storage.putObject(home, bucketNoteKey(this.#owner, bucket), '');
      this.#notedBuckets.set(bucket, noted);
      noted.catch(() => this.#notedBuckets.delete(bucket));
    }
    await unlessAborted(noted, options.signal);
  }
}

function ownerOfTask(): ObjectOwner | undefined {
  const task = currentTask();
  return task && { executorId: task.executorId, task: { jobId: task.jobId, callId: task.callId } };
}
