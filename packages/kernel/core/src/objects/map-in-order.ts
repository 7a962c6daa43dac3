/**
 * Runs an asynchronous function over a source, several at once, and gives the results in order.
 * When one fails, those before it are given first.
 */
export async function* mapInOrder<Item, Result>(
  source: Iterable<Item>,
  atOnce: number,
  run: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const running: Promise<Result>[] = [];
  for (const item of source) {
    const result = run(item);
    result.catch(() => {}); // told when it is its turn
    running.push(result);
    if (running.length < atOnce) continue;
    yield await (running.shift() as Promise<Result>); // not empty
  }
  for (const result of running) yield await result;
}
