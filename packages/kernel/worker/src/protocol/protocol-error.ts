/** The other end sent something that is not the worker protocol, or another version of it. */
export class ProtocolError extends Error {
  readonly code = 'WORKER_PROTOCOL';

  static {
    Object.defineProperty(ProtocolError.prototype, 'name', {
      value: 'ProtocolError',
      configurable: true,
      writable: true,
    });
  }
}
