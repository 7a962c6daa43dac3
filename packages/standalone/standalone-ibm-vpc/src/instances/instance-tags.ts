import type { VmLabels, VmSpec } from '@lithops/standalone';

/** What is known of a machine that its boot volume's tags tell: instances have none that are there at once. */
export interface InstanceTags {
  readonly labels: VmLabels;
  readonly onPowerOff: VmSpec['onPowerOff'];
  readonly reachedBy: VmSpec['reachedBy'];
  /** It was turned off by us, and is to stay. */
  readonly isKept: boolean;
}

/** Labels have no dot in their names: ours are told from them by it. */
const POWER_OFF = 'lithops.power-off';
const REACHED_BY = 'lithops.reached-by';
const KEPT = 'lithops.kept';

export function tagsOf({
  labels,
  onPowerOff,
  reachedBy,
}: Pick<VmSpec, 'labels' | 'onPowerOff' | 'reachedBy'>): string[] {
  return [
    `${POWER_OFF}:${onPowerOff}`,
    `${REACHED_BY}:${reachedBy}`,
    ...Object.entries(labels).map(([name, value]) => `${name}:${value}`),
  ];
}

/** Undefined when it is no machine of ours. Others may have added tags of their own. */
export function parseTags(tags: readonly string[]): InstanceTags | undefined {
  const pairs = new Map(tags.map((tag) => [tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1)]));
  const onPowerOff = pairs.get(POWER_OFF);
  if (onPowerOff !== 'delete' && onPowerOff !== 'stop') return undefined;
  const labels = [...pairs].filter(([name]) => /^[a-z][a-z0-9_-]*$/.test(name));
  return {
    labels: Object.fromEntries(labels),
    onPowerOff,
    reachedBy: pairs.get(REACHED_BY) === 'client' ? 'client' : 'machines',
    isKept: tags.includes(`${KEPT}:yes`),
  };
}

export function withKept(tags: readonly string[], isKept: boolean): string[] {
  const others = tags.filter((tag) => !tag.startsWith(`${KEPT}:`));
  return isKept ? [...others, `${KEPT}:yes`] : others;
}
