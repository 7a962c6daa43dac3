import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** Options or a configuration are wrong; the message names the source, the key and what is allowed. */
export class ConfigError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'CONFIG_INVALID', options);
  }

  static {
    defineErrorKind(ConfigError, 'ConfigError');
  }
}
