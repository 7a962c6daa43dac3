import { asJson, isObject, type JsonObject } from '../../objects/kube-object.ts';
import type { RevisionSpec, RevisionTemplate } from '../serving-objects.ts';
import { checkAutoscaling, checkServingAnnotations, checkServingLabels } from './annotation-rules.ts';
import { checkContainer } from './container-rules.ts';
import type { FieldErrors } from './field-errors.ts';

/** What operators set in ConfigMaps of knative-serving. */
export interface ServingSettings {
  /** config-features: `kubernetes.podspec-nodeselector` and so on; whether it is on. */
  readonly feature: (name: string) => boolean;
  readonly maxRevisionTimeoutSeconds: number;
  readonly revisionTimeoutSeconds: number;
  readonly maxContainerConcurrency: number;
  readonly containerConcurrency: number;
}

/** Fields of a pod that are refused unless an operator has turned them on. */
const FEATURES: Readonly<Record<string, string>> = {
  affinity: 'kubernetes.podspec-affinity',
  dnsConfig: 'kubernetes.podspec-dnsconfig',
  dnsPolicy: 'kubernetes.podspec-dnspolicy',
  hostAliases: 'kubernetes.podspec-hostaliases',
  hostIPC: 'kubernetes.podspec-hostipc',
  hostNetwork: 'kubernetes.podspec-hostnetwork',
  hostPID: 'kubernetes.podspec-hostpid',
  initContainers: 'kubernetes.podspec-init-containers',
  nodeSelector: 'kubernetes.podspec-nodeselector',
  priorityClassName: 'kubernetes.podspec-priorityclassname',
  runtimeClassName: 'kubernetes.podspec-runtimeclassname',
  schedulerName: 'kubernetes.podspec-schedulername',
  securityContext: 'kubernetes.podspec-securitycontext',
  shareProcessNamespace: 'kubernetes.podspec-shareprocessnamespace',
  tolerations: 'kubernetes.podspec-tolerations',
  topologySpreadConstraints: 'kubernetes.podspec-topologyspreadconstraints',
};

const VOLUME_SOURCES = ['secret', 'configMap', 'projected', 'emptyDir'];

export function checkTemplate(
  { metadata = {}, spec }: RevisionTemplate,
  parent: string,
  settings: ServingSettings,
  errors: FieldErrors,
): void {
  const { annotations = {}, labels = {}, name } = metadata;
  checkAutoscaling(annotations, 'spec.template.metadata.annotations', errors);
  checkServingAnnotations(annotations, 'spec.template.metadata.annotations', errors);
  checkServingLabels(labels, 'spec.template.metadata.labels', errors);
  if (name !== undefined && name !== '' && !name.startsWith(`${parent}-`)) {
    const details = `expected name to have prefix ${JSON.stringify(`${parent}-`)}`;
    errors.invalidValue(name, 'spec.template.metadata.name', details);
  }
  checkRevisionSpec(spec, settings, errors);
}

function checkRevisionSpec(spec: RevisionSpec, settings: ServingSettings, errors: FieldErrors): void {
  const path = 'spec.template.spec';
  const { containerConcurrency, timeoutSeconds, containers = [] } = spec;
  const { maxContainerConcurrency, maxRevisionTimeoutSeconds } = settings;
  bounded('containerConcurrency', containerConcurrency, maxContainerConcurrency);
  bounded('timeoutSeconds', timeoutSeconds, maxRevisionTimeoutSeconds);
  const most = timeoutSeconds ?? settings.revisionTimeoutSeconds;
  bounded('responseStartTimeoutSeconds', spec.responseStartTimeoutSeconds, most);
  bounded('idleTimeoutSeconds', spec.idleTimeoutSeconds, most);
  checkPodFields(asJson(spec), path, settings, errors);
  for (const [index, volume] of (spec.volumes ?? []).entries())
    for (const source of Object.keys(volume))
      if (source !== 'name' && !VOLUME_SOURCES.includes(source))
        errors.disallowed(`${path}.volumes[${index}].${source}`);
  const [container, ...more] = containers;
  if (container === undefined) errors.missing(`${path}.containers`);
  else checkContainer(container, spec, `${path}.containers[0]`, errors);
  // Of the features that operators may turn off, this one is off here: a pod has one container.
  if (more.length > 0)
    errors.add(`multi-container is off, but found ${containers.length} containers`, `${path}.containers`);

  function bounded(field: string, value: number | undefined, upper: number): void {
    if (value !== undefined && (value < 0 || value > upper)) errors.outOfBounds(value, 0, upper, `${path}.${field}`);
  }
}

function checkPodFields(spec: JsonObject, path: string, settings: ServingSettings, errors: FieldErrors): void {
  for (const [field, feature] of Object.entries(FEATURES)) {
    const value = spec[field];
    const empty =
      value === undefined || value === '' || value === false || (isObject(value) && Object.keys(value).length === 0);
    if (!empty && !settings.feature(feature)) errors.disallowed(`${path}.${field}`);
  }
  if (spec['automountServiceAccountToken'] === true) errors.disallowed(`${path}.automountServiceAccountToken`);
}
