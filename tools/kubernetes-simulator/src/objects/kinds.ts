import { Configuration } from '@kubernetes-models/knative/serving.knative.dev/v1/Configuration';
import { Revision } from '@kubernetes-models/knative/serving.knative.dev/v1/Revision';
import { Route } from '@kubernetes-models/knative/serving.knative.dev/v1/Route';
import { Service as ServingService } from '@kubernetes-models/knative/serving.knative.dev/v1/Service';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Event } from 'kubernetes-models/v1/Event';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Node } from 'kubernetes-models/v1/Node';
import { Pod } from 'kubernetes-models/v1/Pod';
import { ResourceQuota } from 'kubernetes-models/v1/ResourceQuota';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type * as knative from '../knative/serving-objects.ts';
import type * as core from './core-objects.ts';
import type { ModelClass, ResourceKind } from './resource-kind.ts';

const coreKind = {
  group: '',
  version: 'v1',
  shortNames: [],
  namespaced: true,
  hasStatus: false,
  custom: false,
  categories: [],
};
const serving = {
  group: 'serving.knative.dev',
  version: 'v1',
  namespaced: true,
  hasStatus: true,
  custom: true,
  categories: ['all', 'knative', 'serving'],
};

export const NAMESPACES: ResourceKind<core.Namespace> = {
  ...coreKind,
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  hasStatus: true,
  model: Namespace as ModelClass,
};
export const NODES: ResourceKind<core.Node> = {
  ...coreKind,
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  hasStatus: true,
  model: Node as ModelClass,
};
export const SERVICES: ResourceKind<core.Service> = {
  ...coreKind,
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  hasStatus: true,
  categories: ['all'],
  model: Service as ModelClass,
};
export const SECRETS: ResourceKind<core.Secret> = {
  ...coreKind,
  kind: 'Secret',
  plural: 'secrets',
  model: Secret as ModelClass,
};
export const CONFIG_MAPS: ResourceKind<core.ConfigMap> = {
  ...coreKind,
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  model: ConfigMap as ModelClass,
};
export const SERVICE_ACCOUNTS: ResourceKind<core.ServiceAccount> = {
  ...coreKind,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  model: ServiceAccount as ModelClass,
};
export const PODS: ResourceKind<core.Pod> = {
  ...coreKind,
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  hasStatus: true,
  categories: ['all'],
  model: Pod as ModelClass,
};
export const EVENTS: ResourceKind<core.Event> = {
  ...coreKind,
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  model: Event as ModelClass,
};
export const RESOURCE_QUOTAS: ResourceKind<core.ResourceQuota> = {
  ...coreKind,
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  hasStatus: true,
  model: ResourceQuota as ModelClass,
};
export const JOBS: ResourceKind<core.Job> = {
  ...coreKind,
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  hasStatus: true,
  categories: ['all'],
  model: Job as ModelClass,
};
export const DEPLOYMENTS: ResourceKind<core.Deployment> = {
  ...coreKind,
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  hasStatus: true,
  categories: ['all'],
  model: Deployment as ModelClass,
};
export const KNATIVE_SERVICES: ResourceKind<knative.KnativeService> = {
  ...serving,
  kind: 'Service',
  plural: 'services',
  shortNames: ['kservice', 'ksvc'],
  model: ServingService as ModelClass,
};
export const CONFIGURATIONS: ResourceKind<knative.Configuration> = {
  ...serving,
  kind: 'Configuration',
  plural: 'configurations',
  shortNames: ['config', 'cfg'],
  model: Configuration as ModelClass,
};
export const REVISIONS: ResourceKind<knative.Revision> = {
  ...serving,
  kind: 'Revision',
  plural: 'revisions',
  shortNames: ['rev'],
  model: Revision as ModelClass,
};
export const ROUTES: ResourceKind<knative.Route> = {
  ...serving,
  kind: 'Route',
  plural: 'routes',
  shortNames: ['rt'],
  model: Route as ModelClass,
};

/** All that the cluster knows. */
export const KINDS: readonly ResourceKind[] = [
  ...[NAMESPACES, NODES, SERVICES, SECRETS, CONFIG_MAPS, SERVICE_ACCOUNTS, PODS, EVENTS, RESOURCE_QUOTAS],
  ...[JOBS, DEPLOYMENTS],
  ...[KNATIVE_SERVICES, CONFIGURATIONS, REVISIONS, ROUTES],
];
