/** Slow machines set LITHOPS_TEST_TIMEOUT_SCALE; every limit of the suites is multiplied by it. */
export const timeoutScale: number = Number(process.env['LITHOPS_TEST_TIMEOUT_SCALE'] ?? 1);

/** Repeats a check until it passes, at most for `withinMs`. @throws what it last threw. */
export async function eventually(check: () => void | Promise<void>, withinMs = 15_000): Promise<void> {
  const until = performance.now() + withinMs * timeoutScale;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The promise, or an error when it takes longer: a suite must end even where a plugin hangs. */
export async function within<Result>(ms: number, what: string, promise: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} did not end within ${ms * timeoutScale} ms`)),
      ms * timeoutScale,
    );
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a promise is rejected with. @throws Error when it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, not ${String(value)}`);
}
