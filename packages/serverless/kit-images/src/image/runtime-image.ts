/** An image in a registry that tasks can run in: the worker is in it, and what its containers run. */
export interface RuntimeImage {
  /** By its content: `registry.example.com/team/runtimes:lithops-<hash>`. */
  readonly name: string;
  /** `sha256:...`, of the manifest, or of the index where it is for several platforms. */
  readonly digest: string;
  /** What to deploy, whatever becomes of tags: `registry.example.com/team/runtimes@sha256:...`. */
  readonly reference: string;
  /** False: it was there already. */
  readonly pushed: boolean;
}
