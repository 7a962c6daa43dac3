import { describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.ts';

async function read<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('EventStream', () => {
  it('gives what was pushed before and after reading began, in order', async () => {
    const stream = new EventStream<number>();
    stream.push(1);
    const reading = read(stream);
    await Promise.resolve();
    stream.push(2);
    stream.push(3);
    stream.end();
    expect(await reading).toEqual([1, 2, 3]);
  });

  it('gives what was pushed before a failure, then the failure', async () => {
    const stream = new EventStream<number>();
    stream.push(1);
    stream.fail(new RangeError('gone'));
    stream.push(2);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await expect(stream.next()).rejects.toThrow('gone');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('tells its owner when the reader stops early, and only then', async () => {
    const stopped = new EventStream<number>();
    let returns = 0;
    stopped.onReturn = () => returns++;
    stopped.push(1);
    for await (const _ of stopped) break;
    expect(returns).toBe(1);
    const ended = new EventStream<number>();
    ended.onReturn = () => returns++;
    ended.end();
    await read(ended);
    await ended.return();
    expect(returns).toBe(1);
  });
});
