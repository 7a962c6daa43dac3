import type { Admission, AdmissionRequest } from '../../api/admission.ts';
import { badRequest } from '../../api/status-error.ts';
import { CONFIGURATIONS, KNATIVE_SERVICES, REVISIONS } from '../../objects/kinds.ts';
import { asKube, at, isObject, type Json, type JsonObject, sameJson } from '../../objects/kube-object.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { Configuration, KnativeService, TrafficTarget } from '../serving-objects.ts';
import { checkNoAutoscaling, checkServingAnnotations, checkServingLabels } from './annotation-rules.ts';
import { FieldErrors } from './field-errors.ts';
import { checkTemplate, type ServingSettings } from './revision-rules.ts';
import { servingSettings } from './serving-settings.ts';

const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const CREATOR = 'serving.knative.dev/creator';
const MODIFIER = 'serving.knative.dev/lastModifier';

/** Knative's webhooks: defaults, and what its schemas cannot say. */
export function servingWebhook(store: ObjectStore): Admission {
  return {
    complete: (request, object) =>
      request.kind.group === 'serving.knative.dev' && request.kind !== REVISIONS
        ? completed(request, object, servingSettings(store))
        : object,
    assert: (request, object) => {
      const { kind, previous } = request;
      if (kind === REVISIONS && previous !== undefined && !sameJson(previous.spec, object.spec))
        refuse('Immutable fields changed (-old +new): spec');
      if (kind !== KNATIVE_SERVICES && kind !== CONFIGURATIONS) return;
      const text = complaints(request, asKube<KnativeService | Configuration>(object), servingSettings(store)).text;
      if (text !== undefined) refuse(text);
    },
  };
}

function refuse(text: string): never {
  const webhook = 'validation.webhook.serving.knative.dev';
  throw badRequest(`admission webhook "${webhook}" denied the request: validation failed: ${text}`);
}

function complaints(
  { kind, previous }: AdmissionRequest,
  object: KnativeService | Configuration,
  settings: ServingSettings,
): FieldErrors {
  const errors = new FieldErrors();
  const { name, annotations = {}, labels = {} } = object.metadata;
  if (name.length > 63 || !NAME.test(name))
    errors.add(
      'not a DNS 1035 label prefix',
      'metadata.name',
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character, and be no more than 63 characters",
    );
  checkNoAutoscaling(annotations, 'metadata.annotations', errors);
  checkServingAnnotations(annotations, 'metadata.annotations', errors);
  checkServingLabels(labels, 'metadata.labels', errors);
  const creator = previous?.metadata.annotations?.[CREATOR];
  if (creator !== undefined && annotations[CREATOR] !== creator)
    errors.add('annotation value is immutable', `metadata.annotations.${CREATOR}`);
  if ((object.spec.template as unknown) === undefined) errors.missing('spec.template');
  else checkTemplate(object.spec.template, name, settings, errors);
  if (kind === KNATIVE_SERVICES) checkTraffic(asKube<KnativeService>(object).spec.traffic ?? [], errors);
  return errors;
}

function checkTraffic(traffic: readonly TrafficTarget[], errors: FieldErrors): void {
  const sum = traffic.reduce((total, { percent = 0 }) => total + percent, 0);
  if (sum !== 100) errors.add(`Traffic targets sum to ${sum}, want 100`, 'spec.traffic');
  const tags = new Set<string>();
  for (const [
    index,
    { latestRevision = false, revisionName = '', percent = 0, tag, configurationName },
  ] of traffic.entries()) {
    const path = `spec.traffic[${index}]`;
    if (percent < 0 || percent > 100) errors.outOfBounds(percent, 0, 100, `${path}.percent`);
    if (latestRevision === (revisionName !== ''))
      errors.invalidValue(
        latestRevision,
        `${path}.latestRevision`,
        `may not set revisionName ${JSON.stringify(revisionName)} when latestRevision is ${latestRevision}`,
      );
    if (configurationName !== undefined) errors.disallowed(`${path}.configurationName`);
    if (tag !== undefined && tags.has(tag)) errors.add('Multiple definitions for', path);
    if (tag !== undefined) tags.add(tag);
  }
}

function completed(
  { kind, user, previous }: AdmissionRequest,
  object: JsonObject,
  settings: ServingSettings,
): JsonObject {
  const template = at(object, 'spec', 'template');
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const given = isObject(metadata['annotations']) ? metadata['annotations'] : {};
  const spec = isObject(object['spec']) ? object['spec'] : {};
  const traffic = spec['traffic'] ?? [{ latestRevision: true, percent: 100 }];
  const next = {
    ...spec,
    ...(isObject(template) && { template: completedTemplate(template, settings) }),
    ...(kind === KNATIVE_SERVICES && { traffic: completedTraffic(traffic) }),
  };
  const changed = previous === undefined || !sameJson(previous.spec, next);
  const annotations = {
    ...given,
    [CREATOR]: given[CREATOR] ?? previous?.metadata.annotations?.[CREATOR] ?? user,
    [MODIFIER]: changed ? user : (previous?.metadata.annotations?.[MODIFIER] ?? user),
  };
  return { ...object, metadata: { ...metadata, annotations }, spec: next };
}

function completedTemplate(template: JsonObject, settings: ServingSettings): JsonObject {
  const spec = isObject(template['spec']) ? template['spec'] : {};
  const containers = spec['containers'];
  return {
    ...template,
    spec: {
      containerConcurrency: settings.containerConcurrency,
      enableServiceLinks: false,
      timeoutSeconds: settings.revisionTimeoutSeconds,
      ...spec,
      ...(Array.isArray(containers) && { containers: containers.map(completedContainer) }),
    },
  };
}

function completedContainer(container: Json): Json {
  if (!isObject(container)) return container;
  const probe = container['readinessProbe'];
  const handled = ['httpGet', 'tcpSocket', 'exec', 'grpc'].some((handler) => at(probe, handler) !== undefined);
  return {
    name: 'user-container',
    resources: {},
    ...container,
    readinessProbe: {
      successThreshold: 1,
      ...(isObject(probe) ? probe : {}),
      ...(!handled && { tcpSocket: { port: 0 } }),
    },
  };
}

function completedTraffic(traffic: Json): Json {
  if (!Array.isArray(traffic)) return traffic;
  return traffic.map((target: Json) =>
    isObject(target)
      ? { ...target, latestRevision: target['latestRevision'] ?? target['revisionName'] === undefined }
      : target,
  );
}
