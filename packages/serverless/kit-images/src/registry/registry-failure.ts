/** Something failed at one registry; the cause says what: a `RegistryRefusal`, or what the network failed with. */
export class RegistryFailure extends Error {
  override readonly name = 'RegistryFailure';
  readonly registry: string;
  /** Whether requests carried credentials. */
  readonly hasLogin: boolean;

  constructor({ registry, hasLogin }: { readonly registry: string; readonly hasLogin: boolean }, cause: unknown) {
    super(`${registry}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.registry = registry;
    this.hasLogin = hasLogin;
  }
}
