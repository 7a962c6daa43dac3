import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** No package provides the backend or storage that was asked for. */
export class PluginNotFoundError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'PLUGIN_NOT_FOUND', options);
  }

  static {
    defineErrorKind(PluginNotFoundError, 'PluginNotFoundError');
  }
}
