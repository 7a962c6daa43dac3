import type { ConfigSchema, SchemaIssue } from '@lithops/core/plugin';

/** Section `localhost` of a configuration. */
export interface LocalhostConfig {
  /** Node binary for the workers; the calling script's own by default. An image name selects the Docker environment. */
  readonly runtime?: string;
  /** MB of heap for each worker. Default: Node's own. */
  readonly runtimeMemory?: number;
  /** Worker processes at once. Default: the CPUs that this process may use, and no more than there is memory for. */
  readonly workerProcesses?: number;
  /** The same, as other backends call it. */
  readonly maxWorkers?: number;
  /** Folder of the `localhost` storage. Default: in the system's folder for temporary files. */
  readonly storageRoot?: string;
  /** Bucket for jobs and CloudObjects. Default: `storage`. */
  readonly storageBucket?: string;
}

const CHECKS: Record<keyof LocalhostConfig, (value: unknown) => string | undefined> = {
  runtime: text,
  runtimeMemory: count(16),
  workerProcesses: count(1),
  maxWorkers: count(1),
  storageRoot: text,
  storageBucket: text,
};

/** Keys of the same section that only mean something beside an image; the Docker environment says what, and checks them. */
export interface ContainerKeys {
  readonly channel?: 'auto' | 'attach';
  readonly cpus?: number;
  readonly dockerHost?: string;
  readonly dockerPassword?: string;
  readonly dockerServer?: string;
  readonly dockerUser?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly externals?: readonly string[];
  readonly gpus?: 'all' | number | readonly string[];
  readonly memory?: number | string;
  readonly network?: string;
  readonly platform?: string;
  readonly pullRuntime?: boolean;
  readonly readOnly?: boolean;
  readonly useGpu?: boolean;
  readonly user?: string;
  readonly volumes?: readonly string[];
}

const CONTAINER_KEYS: Readonly<Record<keyof ContainerKeys, true>> = {
  channel: true,
  cpus: true,
  dockerHost: true,
  dockerPassword: true,
  dockerServer: true,
  dockerUser: true,
  env: true,
  externals: true,
  gpus: true,
  memory: true,
  network: true,
  platform: true,
  pullRuntime: true,
  readOnly: true,
  useGpu: true,
  user: true,
  volumes: true,
};

/** Written by hand, because a schema library costs more start-up time than all the rest of a small job. */
export const localhostConfig: LocalhostSchema = schema(
  () => 'it limits containers; set runtime to the name of an image',
);

/** Of the storage, which shares its section with containers. */
export const localhostStorageConfig: LocalhostSchema = schema(() => undefined);

type LocalhostSchema = ConfigSchema<LocalhostConfig> & { readonly keys: readonly string[] };

function schema(checkContainerKey: () => string | undefined): LocalhostSchema {
  const fault = (key: string, entry: unknown): string | undefined => {
    if (Object.hasOwn(CHECKS, key)) return CHECKS[key as keyof LocalhostConfig](entry); // just looked up
    return Object.hasOwn(CONTAINER_KEYS, key) ? checkContainerKey() : 'unknown key';
  };
  return {
    keys: Object.keys(CHECKS),
    '~standard': {
      version: 1,
      vendor: 'lithops',
      validate: (value) => {
        if (value === undefined || value === null) return { value: {} };
        if (typeof value !== 'object' || Array.isArray(value))
          return { issues: [{ message: 'a section of keys is expected' }] };
        const issues = Object.entries(value).flatMap(([key, entry]): SchemaIssue[] => {
          const message = fault(key, entry);
          return message === undefined ? [] : [{ message, path: [key] }];
        });
        return issues.length > 0 ? { issues } : { value: value as LocalhostConfig }; // every key was checked
      },
    },
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? undefined : 'a non-empty text is expected';
}

function count(least: number): (value: unknown) => string | undefined {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least ? undefined : `a whole number from ${least} is expected`;
}
