/** What somebody proves to a registry who he is with, as Docker engines take it, too. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  /** Which registry it is for, as Docker's configuration calls it. */
  readonly serveraddress: string;
  /** In place of a password. */
  readonly identitytoken?: string;
}

/** The keys of a configuration that say who somebody is to one registry. Default: what `docker login` has stored. */
export interface ConfiguredLogin {
  /** Default: docker.io. */
  readonly dockerServer?: string | undefined;
  readonly dockerUser?: string | undefined;
  readonly dockerPassword?: string | undefined;
}
