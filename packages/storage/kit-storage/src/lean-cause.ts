/** Facts about a failure that are safe to show. */
const SHOWN = ['code', 'statusCode', 'status', 'syscall', 'address', 'port'];

/**
 * A client's error without the request and response that it holds, with their signatures and tokens: what fails in a
 * task is sent, logged and shown.
 */
export function leanCause(error: Error): Error {
  const lean = new Error(error.message);
  Object.defineProperty(lean, 'name', { value: error.name });
  if (error.stack !== undefined) Object.defineProperty(lean, 'stack', { value: error.stack });
  for (const name of SHOWN) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'string' || typeof value === 'number')
      Object.defineProperty(lean, name, { value, enumerable: true });
  }
  return lean;
}
