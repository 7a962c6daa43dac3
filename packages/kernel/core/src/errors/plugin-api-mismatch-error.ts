import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** A plugin was made for another version of the plugin contract. */
export class PluginApiMismatchError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'PLUGIN_API_MISMATCH', options);
  }

  static {
    defineErrorKind(PluginApiMismatchError, 'PluginApiMismatchError');
  }
}
