/**
 * What a cloud has to implement, for Lithops to run tasks on its virtual machines: calls of its API, and nothing of Lithops.
 * All else (names, keys, what is installed, how many there are and when they go) is done once, for all of them.
 *
 * All methods may be called at once, by several processes of several machines. What fails is thrown with a message that users
 * understand: an `InvocationError` for what the cloud refuses, such as a quota, a `ConfigError` for settings that are wrong.
 * They end early, with the reason of the signal, when it is aborted; what was made by then is listed.
 */
export interface VmProvider extends AsyncDisposable {
  /** As users call it, for messages: `aws_ec2`. */
  readonly name: string;
  /**
   * Makes a machine and has it start; it need not have started when this resolves. One that rejects leaves no machine behind.
   * @returns undefined when there is a machine of that name: of several who ask at once, exactly one is given one
   */
  create(spec: VmSpec, options: VmCallOptions): Promise<Vm | undefined>;
  /** Those that have all of these labels; none of which is deleted, or will be without anybody's doing. */
  list(labels: VmLabels, options: VmCallOptions): Promise<readonly Vm[]>;
  /** Has a machine start that is stopped: its disk is as it was, its addresses may have changed. */
  start(id: string, options: VmCallOptions): Promise<void>;
  /** Turns a machine off and keeps it, with its disk; resolves when it is off. */
  stop(id: string, options: VmCallOptions): Promise<void>;
  /** Resolves when there is nothing of it that costs, and its name may be used again; also when there is no such machine. */
  delete(id: string, options: VmCallOptions): Promise<void>;
  /** CPUs of a type of machine. @throws ConfigError when there is no such type */
  cpus(instanceType: string, options: VmCallOptions): Promise<number>;
  /** Where the cloud can make images of machines. */
  readonly images?: VmImages;
  /**
   * Deletes what it has made besides machines, such as networks and addresses, as far as nobody uses it; called by `lithops clean --all`
   * when the machines are deleted. Absent where nothing is made.
   * @returns what was deleted, for people: `network lithops-a1b2`
   */
  clean?(options: VmCallOptions): Promise<readonly string[]>;
}

export interface VmCallOptions {
  readonly signal: AbortSignal;
}

/**
 * Names and values have 1 to 63 of `a-z`, `0-9`, `-` and `_`, and begin with a letter (values may begin with a digit): that is
 * what every cloud can keep. There are up to 8.
 */
export type VmLabels = Readonly<Record<string, string>>;

/** A machine that is to be made. */
export interface VmSpec {
  /** Of 1 to 63 of `a-z`, `0-9` and `-`; begins with a letter. Only one machine has it. */
  readonly name: string;
  readonly labels: VmLabels;
  /** As the cloud calls it: `t3.medium`. */
  readonly instanceType: string;
  /** Name or id of an image, as the cloud calls it. Default: the provider's, a Linux with cloud-init. */
  readonly image?: string;
  /** A shell script of at most 12 KB, which cloud-init runs as root, once, when the machine starts for the first time. */
  readonly userData: string;
  /** What becomes of the machine when it is turned off from within (`poweroff`). */
  readonly onPowerOff: 'delete' | 'stop';
  /** Who has to reach its port 22: `client`, this process, wherever it is; `machines`, others that were made by this provider. */
  readonly reachedBy: 'client' | 'machines';
}

/** A machine, as its cloud shows it. */
export interface Vm {
  /** The cloud's name for it. */
  readonly id: string;
  readonly name: string;
  readonly labels: VmLabels;
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped';
  readonly createdAt: Date;
  /** Where port 22 is reached; absent while it has no address. */
  readonly addresses: {
    readonly client?: string;
    readonly machines?: string;
  };
}

/** Images that machines are made from. All of these or none. */
export interface VmImages {
  /** Makes an image of a machine that is stopped; resolves when machines can be made from it. @throws ConfigError when there is one of that name */
  capture(id: string, name: string, options: VmCallOptions): Promise<VmImage>;
  /** Those that were made by {@link VmImages.capture}. */
  list(options: VmCallOptions): Promise<readonly VmImage[]>;
  /** @throws RuntimeNotFoundError when there is none of that name */
  delete(name: string, options: VmCallOptions): Promise<void>;
}

export interface VmImage {
  readonly name: string;
  /** The cloud's name for it. */
  readonly id: string;
  readonly createdAt: Date;
}
