/**
 * A promise, or the signal's reason as soon as it is aborted. What goes on behind an abort is left alone. A listener for each
 * wait: a promise of the abort that outlives them would hold on to every result.
 * @throws the reason of the signal.
 */
export function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
