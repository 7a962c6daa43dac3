/** An image that a backend's machines are made from. */
export interface MachineImage {
  /** What a configuration calls it. */
  readonly name: string;
  /** What its cloud calls it. */
  readonly id: string;
  readonly createdAt: Date;
}

export interface MachineImageBuildOptions {
  /** A shell script that is run as root on the machine that becomes the image. Default: only what Lithops needs is put there. */
  readonly file?: string;
  /** Files of this machine, and where they are to be on it: absolute paths. */
  readonly include?: readonly { readonly source: string; readonly destination: string }[];
  /** What becomes of an image of that name. Default: `keep`, and the build is refused. */
  readonly existing?: 'keep' | 'replace';
  /** Told what the build prints, a piece at a time. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Builds and lists images of machines: all of these or none. */
export interface MachineImageCatalog {
  /** Installs on a machine of its own all that tasks need, and makes an image of it. @throws ConfigError, InvocationError */
  build(name: string, options: MachineImageBuildOptions): Promise<MachineImage>;
  list(): Promise<readonly MachineImage[]>;
  /** @throws RuntimeNotFoundError when there is none */
  delete(name: string): Promise<void>;
}
