import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { LithopsError } from '@lithops/core/plugin';
import type { Vm, VmProvider } from '@lithops/standalone';
import type { ConformanceCase } from '../conformance-case.ts';
import { eventually, rejection } from '../eventually.ts';
import type { VmHarness, VmProviderAbilities } from './vm-harness.ts';

export type VmCase = ConformanceCase<VmHarness, VmProviderAbilities>;

const options = { signal: new AbortController().signal };

/** A case with a provider of its own, which leaves no machine. */
function withProvider(
  id: string,
  title: string,
  run: (provider: VmProvider, harness: VmHarness) => Promise<void>,
  needs?: VmCase['needs'],
): VmCase {
  return {
    id,
    title,
    ...(needs && { needs }),
    async run(harness) {
      await using provider = await harness.openProvider();
      try {
        await run(provider, harness);
      } finally {
        await harness.clean(provider);
      }
    },
  };
}

/** All that a provider must show. A machine takes its time to start: the cases make few, and look at much of each. */
export const vmCases: readonly VmCase[] = [
  withProvider(
    'machines/once',
    'of several who make a machine of one name, one is given it; it is listed, by its labels, and may be deleted twice',
    async (provider, harness) => {
      await using other = await harness.openProvider();
      const { labels: ofSuite } = harness.spec();
      const labels = { ...ofSuite, number: '1', role: 'a_b-c' };
      const spec = harness.spec({ labels });
      const made = await Promise.all([
        provider.create(spec, options),
        other.create(spec, options),
        provider.create(spec, options),
      ]);
      const [vm, ...more] = made.filter((each) => each !== undefined);
      ok(
        vm !== undefined && more.length === 0,
        `${made.filter((each) => each !== undefined).length} machines were made`,
      );
      strictEqual(vm.name, spec.name);
      deepStrictEqual(vm.labels, labels);
      ok(Math.abs(Date.now() - vm.createdAt.getTime()) < 600_000, `made at ${vm.createdAt.toISOString()}`);
      for (const each of [provider, other]) {
        const found: readonly Vm[] = await each.list({ number: '1', role: 'a_b-c', ...ofSuite }, options);
        strictEqual(found.length, 1, 'a machine is listed as soon as it is made');
        deepStrictEqual(found[0]?.labels, labels);
        strictEqual(found[0]?.id, vm.id);
      }
      const others = await provider.list({ ...labels, number: '2' }, options);
      deepStrictEqual(others, [], 'it is listed by labels that it has not');
      strictEqual(await other.create(spec, options), undefined, 'a name was given twice');
      await Promise.all([provider.delete(vm.id, options), other.delete(vm.id, options)]);
      deepStrictEqual(await provider.list(labels, options), []);
      await provider.delete(vm.id, options);
      const again = await provider.create(spec, options);
      ok(again !== undefined && again.id !== vm.id, 'the name of a machine that was deleted can be used again');
    },
  ),
  withProvider(
    'machines/life',
    'a machine runs its user data once, as root; stopped and started again, it has its disk and its key',
    async (provider, harness) => {
      const spec = harness.spec({
        script: 'mkdir -p /var/lib/suite; id -u >> /var/lib/suite/ran; chmod -R a+rX /var/lib/suite',
        onPowerOff: 'stop',
      });
      const made = await provider.create(spec, options);
      ok(made !== undefined);
      {
        await using reached = await harness.reach(provider, spec.name);
        strictEqual(reached.vm.id, made.id);
        ok(reached.vm.addresses.machines !== undefined, 'other machines reach it, too');
        await eventually(
          async () => strictEqual((await reached.connection.run('cat /var/lib/suite/ran')).stdout, '0\n'),
          harness.startMs,
        );
        await reached.connection.run('echo mine > "$HOME/kept"; sync');
      }
      await provider.stop(made.id, options);
      strictEqual((await harness.find(provider, spec.name))?.state, 'stopped');
      strictEqual(await provider.create(spec, options), undefined, 'the name of a stopped machine was given again');
      await provider.start(made.id, options);
      await using again = await harness.reach(provider, spec.name);
      strictEqual(again.vm.id, made.id);
      const { stdout } = await again.connection.run('cat "$HOME/kept" /var/lib/suite/ran');
      strictEqual(stdout, 'mine\n0\n', 'its disk is as it was, and its user data were run once');
      await provider.start(made.id, options);
    },
  ),
  withProvider(
    'machines/power-off',
    'a machine that turns itself off is gone, or stopped, as was asked for',
    async (provider, harness) => {
      const script = '(while [ ! -e /tmp/off ]; do sleep 0.2; done; poweroff) </dev/null >/dev/null 2>&1 &';
      const specs = (['delete', 'stop'] as const).map((onPowerOff) => harness.spec({ script, onPowerOff }));
      await Promise.all(specs.map((spec) => provider.create(spec, options)));
      for (const { name } of specs) {
        await using reached = await harness.reach(provider, name);
        await reached.connection.run('touch /tmp/off');
      }
      const [gone, kept] = specs;
      await eventually(async () => {
        strictEqual(await harness.find(provider, gone?.name ?? ''), undefined);
        strictEqual((await harness.find(provider, kept?.name ?? ''))?.state, 'stopped');
      }, harness.startMs);
    },
  ),
  withProvider(
    'errors/refused',
    'what there is not is refused by its name, and nothing is made',
    async (provider, harness) => {
      const none = 'lithops-no-such-thing';
      const attempts = [
        () => provider.create(harness.spec({ instanceType: none }), options),
        () => provider.create(harness.spec({ image: none }), options),
        () => provider.cpus(none, options),
      ];
      for (const attempt of attempts) {
        const error = await rejection(attempt());
        ok(LithopsError.is(error), String(error));
        match(error.message, new RegExp(none));
      }
      const stopped = new AbortController();
      stopped.abort(new Error('the suite stops'));
      match(String(await rejection(provider.list({}, { signal: stopped.signal }))), /the suite stops|abort/i);
      const spec = harness.spec();
      ok((await provider.cpus(spec.instanceType, options)) >= 1);
      deepStrictEqual(await provider.list(spec.labels, options), []);
    },
  ),
  withProvider(
    'images/life',
    'an image of a machine gives machines with what was on it, and their own user data',
    async (provider, harness) => {
      const { images } = provider;
      ok(images !== undefined);
      const spec = harness.spec({ onPowerOff: 'stop' });
      const image = `${spec.name}-image`;
      const made = await provider.create(spec, options);
      ok(made !== undefined);
      {
        await using reached = await harness.reach(provider, spec.name);
        await reached.connection.run('echo installed > "$HOME/package"; sync');
      }
      await provider.stop(made.id, options);
      const captured = await images.capture(made.id, image, options);
      try {
        strictEqual(captured.name, image);
        const error = await rejection(images.capture(made.id, image, options));
        ok(LithopsError.is(error) && error.message.includes(image), String(error));
        await provider.delete(made.id, options);
        const listed = (await images.list(options)).find(({ name }) => name === image);
        strictEqual(listed?.id, captured.id);
        notStrictEqual(listed.createdAt.getTime(), Number.NaN);
        const from = harness.spec({ image, script: 'echo own > /tmp/own; chmod a+r /tmp/own' });
        await provider.create(from, options);
        await using reached = await harness.reach(provider, from.name);
        await eventually(async () => {
          const { stdout } = await reached.connection.run('cat "$HOME/package" /tmp/own');
          strictEqual(stdout, 'installed\nown\n');
        }, harness.startMs);
      } finally {
        await harness.clean(provider);
        await images.delete(image, options);
      }
      ok(!(await images.list(options)).some(({ name }) => name === image));
      const error = await rejection(images.delete(image, options));
      ok(LithopsError.is(error) && error.message.includes(image), String(error));
    },
    ({ images }) => images,
  ),
];
