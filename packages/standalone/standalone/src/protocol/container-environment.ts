import { createHash } from 'node:crypto';
import type { ContainerConfig } from '@lithops/kit-images/container';

/** The containers that tasks run in, instead of processes of the machine itself. */
export interface ContainerSettings {
  /** The image, as the machine's engine knows it or can pull it. */
  readonly image: string;
  readonly config: ContainerConfig;
}

/** Credentials are not among what is kept, and whoever asks for the newest image asks once. */
type KeptConfig = Omit<ContainerConfig, 'dockerServer' | 'dockerUser' | 'dockerPassword' | 'pullRuntime'>;

/** What a machine is told of them; it keeps this, under the name that {@link containerEnvironmentName} gives. */
export interface ContainerEnvironment {
  readonly image: string;
  readonly config: KeptConfig;
}

/** What a machine keeps when it has found out that containers of the image run there. */
export interface PreparedEnvironment extends ContainerEnvironment {
  /** `uid:gid`; absent: the image's own. */
  readonly user?: string;
}

/** The request that a machine reads when it is prepared: nothing of it is in a command line, or in a file. */
export interface PrepareRequest {
  readonly environment: ContainerEnvironment;
  readonly pullRuntime: boolean;
  /** Absent: what the machine itself has stored. */
  readonly login?: {
    readonly username: string;
    readonly password: string;
    readonly serveraddress: string;
    readonly identitytoken?: string;
  };
}

/** What it answers. */
export type PrepareAnswer =
  | { readonly ok: true; readonly nodeVersion: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

export function containerEnvironment({ image, config }: ContainerSettings): ContainerEnvironment {
  const { dockerServer: _server, dockerUser: _user, dockerPassword: _password, pullRuntime: _pull, ...kept } = config;
  return { image, config: kept };
}

/** By its content, in hexadecimal digits. */
export function containerEnvironmentName(environment: ContainerEnvironment): string {
  return createHash('sha256').update(JSON.stringify(environment)).digest('hex').slice(0, 16);
}
