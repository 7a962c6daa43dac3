import { describe, expect, it } from 'vitest';
import { durationMs } from '../src/knative/duration.ts';
import { RequestQueue } from '../src/knative/request-queue.ts';
import { ScaleDecision, scaleBounds } from '../src/knative/scale-decision.ts';
import type { Revision } from '../src/knative/serving-objects.ts';
import type { Pod } from '../src/objects/core-objects.ts';
import { quantity } from '../src/pods/quantity.ts';

function bounds(annotations: Record<string, string>, containerConcurrency = 0) {
  const keys = Object.entries(annotations).map(([key, value]) => [`autoscaling.knative.dev/${key}`, value]);
  const revision: Revision = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Revision',
    metadata: { name: 'r', annotations: Object.fromEntries(keys) },
    spec: { containers: [], containerConcurrency },
  };
  return scaleBounds(revision, 60_000);
}

describe('the number of pods', () => {
  it('is what the requests need at 70 % of what a pod may have', () => {
    expect(new ScaleDecision(bounds({}, 1)).pods(7, 0)).toBe(10);
    expect(new ScaleDecision(bounds({})).pods(71, 0)).toBe(2);
    expect(new ScaleDecision(bounds({ target: '5', 'target-utilization-percentage': '100' }, 10)).pods(10, 0)).toBe(2);
  });

  it('rises at once, and falls when it was too high for the whole window', () => {
    const decision = new ScaleDecision(bounds({ 'target-utilization-percentage': '100' }, 1));
    expect([decision.pods(1, 0), decision.pods(5, 1_000), decision.pods(2, 2_000)]).toEqual([1, 5, 5]);
    expect([decision.pods(2, 60_999), decision.pods(2, 61_000)]).toEqual([5, 2]);
    expect([decision.pods(0, 62_000), decision.pods(0, 121_000)]).toEqual([2, 0]);
  });

  it('is held by a delay and a retention period, in either spelling, and stays within its bounds', () => {
    const delayed = new ScaleDecision(bounds({ scaleDownDelay: '2m' }, 1));
    expect([delayed.pods(1, 0), delayed.pods(0, 119_999), delayed.pods(0, 120_000)]).toEqual([2, 2, 0]);
    const kept = new ScaleDecision(bounds({ 'scale-to-zero-pod-retention-period': '3m' }, 1));
    expect([kept.pods(1, 0), kept.pods(0, 170_000), kept.pods(0, 180_000)]).toEqual([2, 1, 0]);
    const bounded = new ScaleDecision(bounds({ minScale: '2', maxScale: '3' }, 1));
    expect([bounded.pods(0, 0), bounded.pods(9, 1)]).toEqual([2, 3]);
  });
});

describe('the queue of requests', () => {
  const pod = (uid: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, uid },
    spec: { containers: [{ name: 'c', ports: [{ containerPort: 1 }] }] },
    status: { podIP: uid },
  });

  it('gives places in the order in which they were asked for, and no more than there are', async () => {
    const queue = new RequestQueue(1, () => {});
    const { signal } = new AbortController();
    const order: string[] = [];
    const ask = (name: string) =>
      queue.acquire(signal).then((slot) => {
        order.push(`${name} ${slot.address}`);
        return slot;
      });
    const [first, second, third] = [ask('1'), ask('2'), ask('3')];
    queue.setReady([pod('a'), pod('b')]);
    (await first).release();
    await Promise.all([second, third]);
    expect(order).toEqual(['1 a', '2 b', '3 a']);
    expect(queue.size).toBe(2);
  });

  it('forgets who no longer waits', async () => {
    const queue = new RequestQueue(1, () => {});
    const gone = new AbortController();
    const asked = queue.acquire(gone.signal);
    gone.abort(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    expect(queue.size).toBe(0);
  });
});

describe('what operators write', () => {
  it.each([
    ['500m', 0.5],
    ['1Gi', 2 ** 30],
    ['128Mi', 128 * 2 ** 20],
    ['1e3', 1_000],
    ['2', 2],
    ['much', 0],
  ])('a quantity %s', (text, number) => expect(quantity(text)).toBe(number));

  it.each([
    ['5m', 300_000],
    ['1h0m1.5s', 3_601_500],
    ['0', 0],
    ['5 m', undefined],
    ['', undefined],
  ])('a duration %s', (text, ms) => expect(durationMs(text)).toBe(ms));
});
