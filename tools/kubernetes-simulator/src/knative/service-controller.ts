import type { IngressKind } from '../ingress/ingress-objects.ts';
import { CONFIG_MAPS, CONFIGURATIONS, KNATIVE_SERVICES, REVISIONS, ROUTES } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { SYSTEM_NAMESPACE } from './admission/serving-settings.ts';
import { conditions, failed, TRUE, unknown, type Verdict, verdictOf } from './conditions.ts';
import { ensure, ownedBy } from './owned-object.ts';
import type { Configuration, KnativeService, Route, TrafficTarget } from './serving-objects.ts';

const SERVING = 'serving.knative.dev';
const API_VERSION = 'serving.knative.dev/v1';
const DIGITS = 5;

/** Keeps configurations, routes and revisions as Services say, and tells in their status how it stands. */
export class ServiceController {
  readonly #store: ObjectStore;
  readonly #ingress: () => IngressKind;
  #due = false;

  constructor(store: ObjectStore, ingress: () => IngressKind) {
    this.#store = store;
    this.#ingress = ingress;
    store.onChange(({ kind }) => {
      if (kind.group === SERVING || kind === CONFIG_MAPS) this.reconcileSoon();
    });
  }

  /** Looks at everything again; what changes in one go is looked at once. */
  reconcileSoon(): void {
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      for (const service of this.#store.list(KNATIVE_SERVICES)) this.#reconcileService(service);
      for (const configuration of this.#store.list(CONFIGURATIONS)) this.#reconcileConfiguration(configuration);
      for (const route of this.#store.list(ROUTES)) this.#reconcileRoute(route);
    });
  }

  #reconcileService(service: KnativeService): void {
    const { name, namespace = '', labels = {}, annotations = {}, generation = 1 } = service.metadata;
    const metadata = {
      name,
      namespace,
      labels: { ...labels, [`${SERVING}/service`]: name, [`${SERVING}/serviceUID`]: service.metadata.uid ?? '' },
      annotations,
      ownerReferences: ownedBy(service),
    };
    const { template, traffic = [] } = service.spec;
    const configuration = ensure(this.#store, CONFIGURATIONS, {
      apiVersion: API_VERSION,
      kind: 'Configuration',
      metadata,
      spec: { template },
    });
    const targets = traffic.map((target) => (target.latestRevision ? { ...target, configurationName: name } : target));
    const route = ensure(this.#store, ROUTES, {
      apiVersion: API_VERSION,
      kind: 'Route',
      metadata,
      spec: { traffic: targets },
    });
    const current = configuration.status?.observedGeneration === configuration.metadata.generation;
    const routed = route.status?.observedGeneration === route.metadata.generation;
    const verdicts = {
      ConfigurationsReady: current ? verdictOf(configuration.status?.conditions, 'Ready') : unknown('OutOfDate'),
      RoutesReady: routed ? this.#routesReady(configuration, route, service) : unknown('OutOfDate'),
    };
    const { conditions: _, observedGeneration: __, ...ofConfiguration } = configuration.status ?? {};
    const { conditions: ___, observedGeneration: ____, ...ofRoute } = route.status ?? {};
    this.#store.setStatus(KNATIVE_SERVICES, service, {
      observedGeneration: generation,
      conditions: conditions(verdicts, service.status?.conditions),
      ...ofConfiguration,
      ...ofRoute,
    });
  }

  /** A route that is ready serves what was there before until the new revision is. */
  #routesReady({ status }: Configuration, route: Route, { spec }: KnativeService): Verdict {
    const verdict = verdictOf(route.status?.conditions, 'Ready');
    const { latestCreatedRevisionName: created, latestReadyRevisionName: ready } = status ?? {};
    const follows = spec.traffic?.some(({ latestRevision }) => latestRevision) ?? false;
    const waits = created !== ready && verdictOf(status?.conditions, 'Ready').status === 'Unknown';
    if (verdict.status !== 'True' || !follows || !waits) return verdict;
    return unknown('TrafficNotMigrated', 'Traffic is not yet migrated to the latest revision.');
  }

  #reconcileConfiguration(configuration: Configuration): void {
    const { name, namespace = '', generation = 1, labels = {} } = configuration.metadata;
    const { template } = configuration.spec;
    const revisionName = template.metadata?.name || `${name}-${String(generation).padStart(DIGITS, '0')}`;
    const before = configuration.status;
    const isNew = before?.observedGeneration !== generation;
    const found = this.#store.find(REVISIONS, namespace, revisionName);
    // One that was deleted is made again, for the configuration wants it still.
    const revision =
      found ??
      this.#store.create(REVISIONS, {
        apiVersion: API_VERSION,
        kind: 'Revision',
        metadata: {
          name: revisionName,
          namespace,
          labels: {
            ...template.metadata?.labels,
            [`${SERVING}/configuration`]: name,
            [`${SERVING}/configurationGeneration`]: String(generation),
            [`${SERVING}/configurationUID`]: configuration.metadata.uid ?? '',
            [`${SERVING}/routingState`]: 'active',
            [`${SERVING}/service`]: labels[`${SERVING}/service`] ?? name,
          },
          annotations: { ...template.metadata?.annotations },
          ownerReferences: ownedBy(configuration),
        },
        spec: template.spec,
      });
    const ready = verdictOf(revision.status?.conditions, 'Ready');
    const failure = `Revision "${revisionName}" failed with message: ${ready.message ?? ''}.`;
    const verdict: Verdict =
      ready.status === 'True'
        ? TRUE
        : ready.status === 'False'
          ? failed('RevisionFailed', failure)
          : { status: 'Unknown' };
    const wasReady = isNew ? undefined : before?.latestReadyRevisionName;
    const latest =
      ready.status === 'True' || wasReady === revisionName ? revisionName : before?.latestReadyRevisionName;
    const happy = wasReady === revisionName && ready.status === 'Unknown' ? TRUE : verdict;
    this.#store.setStatus(CONFIGURATIONS, configuration, {
      observedGeneration: generation,
      conditions: conditions({ Ready: happy }, before?.conditions),
      latestCreatedRevisionName: revisionName,
      ...(latest !== undefined && { latestReadyRevisionName: latest }),
    });
  }

  #reconcileRoute(route: Route): void {
    const { name, namespace = '', generation = 1 } = route.metadata;
    const host = `${name}.${namespace}.${this.#domain()}`;
    const assigned = (route.spec.traffic ?? []).map((target) => this.#assigned(namespace, host, target));
    const missing = assigned.find((one) => 'verdict' in one);
    const tls = { status: 'True', reason: 'TLSNotEnabled', message: 'autoTLS is not enabled' } as const;
    const noIngress = unknown('IngressNotConfigured', 'Ingress has not yet been reconciled.');
    const ingress = missing !== undefined || this.#ingress() === 'none' ? noIngress : TRUE;
    const verdicts = {
      CertificateProvisioned: tls,
      IngressReady: ingress,
      AllTrafficAssigned: missing === undefined ? TRUE : missing.verdict,
    };
    this.#store.setStatus(ROUTES, route, {
      observedGeneration: generation,
      conditions: conditions(verdicts, route.status?.conditions),
      url: `http://${host}`,
      ...(missing === undefined && {
        address: { url: `http://${name}.${namespace}.svc.cluster.local` },
        traffic: assigned.flatMap((one) => ('target' in one ? [one.target] : [])),
      }),
    });
  }

  #assigned(
    namespace: string,
    host: string,
    { configurationName, tag, percent, ...target }: TrafficTarget,
  ): { readonly verdict: Verdict } | { readonly target: TrafficTarget } {
    let { revisionName = '' } = target;
    if (configurationName !== undefined) {
      const configuration = this.#store.find(CONFIGURATIONS, namespace, configurationName);
      revisionName = configuration?.status?.latestReadyRevisionName ?? '';
      const name = JSON.stringify(configurationName);
      if (revisionName === '')
        return {
          verdict:
            verdictOf(configuration?.status?.conditions, 'Ready').status === 'False'
              ? failed('RevisionMissing', `Configuration ${name} does not have any ready Revision.`)
              : unknown('RevisionMissing', `Configuration ${name} is waiting for a Revision to become ready.`),
        };
    } else if (this.#store.find(REVISIONS, namespace, revisionName) === undefined)
      return { verdict: failed('RevisionMissing', `Revision "${revisionName}" referenced in traffic not found.`) };
    return {
      target: {
        latestRevision: target.latestRevision ?? false,
        percent: percent ?? 0,
        revisionName,
        ...(tag !== undefined && { tag, url: `http://${tag}-${host}` }),
      },
    };
  }

  /** The key of config-domain that has no selector; `example.com` when there is none. */
  #domain(): string {
    const data = this.#store.find(CONFIG_MAPS, SYSTEM_NAMESPACE, 'config-domain')?.data ?? {};
    return Object.keys(data).find((key) => key !== '_example' && data[key]?.trim() === '') ?? 'example.com';
  }
}
