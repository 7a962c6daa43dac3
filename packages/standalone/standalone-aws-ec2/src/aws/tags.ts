import type { Filter, ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { VmLabels } from '@lithops/standalone';

/** Whoever made a machine: two requests are never the same, so that EC2 gives a machine to one of them only. */
export const CLAIM_TAG = 'lithops:claim';
/** What is no machine: by this tag it is found again. */
export const MADE_TAG = 'lithops:made-for';

/** Names of labels, as `VmLabels` has them. */
const LABEL = /^[a-z][a-z0-9_-]{0,62}$/;

export function tagsOf(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The same tags, for all of these. */
export function taggedAs(types: readonly ResourceType[], tags: Readonly<Record<string, string>>): TagSpecification[] {
  return types.map((type) => ({ ResourceType: type, Tags: tagsOf(tags) }));
}

export function tagOf(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.Key === key)?.Value;
}

export function labelsOf(tags: readonly Tag[] = []): VmLabels {
  return Object.fromEntries(
    tags.flatMap(({ Key = '', Value = '' }) => (LABEL.test(Key) ? [[Key, Value] as const] : [])),
  );
}

export function tagFilters(tags: Readonly<Record<string, string>>): Filter[] {
  return Object.entries(tags).map(([name, value]) => filter(`tag:${name}`, value));
}

export function filter(name: string, ...values: readonly string[]): Filter {
  return { Name: name, Values: [...values] };
}
