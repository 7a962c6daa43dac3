/** Aborted by Ctrl-C, until it is disposed. */
export function interruption(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  return { signal: controller.signal, [Symbol.dispose]: () => void process.off('SIGINT', stop) };
}
