import { CONFIG_MAPS } from '../../objects/kinds.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { ServingSettings } from './revision-rules.ts';

export const SYSTEM_NAMESPACE = 'knative-serving';

/** As the ConfigMaps of knative-serving are now. */
export function servingSettings(store: ObjectStore): ServingSettings {
  const data = (name: string) => store.find(CONFIG_MAPS, SYSTEM_NAMESPACE, name)?.data ?? {};
  const [features, defaults] = [data('config-features'), data('config-defaults')];
  const number = (key: string, otherwise: number) => Number(defaults[key] ?? otherwise);
  return {
    feature: (name) => (features[name] ?? 'disabled').toLowerCase() !== 'disabled',
    revisionTimeoutSeconds: number('revision-timeout-seconds', 300),
    maxRevisionTimeoutSeconds: number('max-revision-timeout-seconds', 600),
    containerConcurrency: number('container-concurrency', 0),
    maxContainerConcurrency: number('container-concurrency-max-limit', 1000),
  };
}
