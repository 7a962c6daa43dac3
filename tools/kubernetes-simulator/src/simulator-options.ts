import type { DockerEngine } from '@lithops-tools/services';
import type { AccessRule } from './api/access.ts';
import type { IngressExposure, IngressKind } from './ingress/ingress-objects.ts';

export interface SimulatorUser {
  readonly name: string;
  /** What they may do; nothing when it is empty. */
  readonly rules: readonly AccessRule[];
}

export interface SimulatorOptions {
  /** Where containers run; default: the one that all tests share. It is not disposed with the simulator. */
  readonly engine?: DockerEngine;
  /** The networking layer; `none`: Knative without one. Default: `kourier`. */
  readonly ingress?: IngressKind;
  /** Default: `load-balancer-ip`, on port 80 of a loopback address of the simulator's own. */
  readonly exposure?: IngressExposure;
  /** Beside `admin`, who may do everything and is who `kubeconfig()` is for. */
  readonly users?: readonly SimulatorUser[];
  /** Of config-domain; default: `example.com`. */
  readonly domain?: string;
  /** Namespaces beside `default`. */
  readonly namespaces?: readonly string[];
  /** Features that operators have turned on in config-features: `kubernetes.podspec-nodeselector`. */
  readonly features?: readonly string[];
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** Default: 64 CPUs and 256Gi. */
  readonly nodeCapacity?: { readonly cpu: string; readonly memory: string };
  /** How long fewer pods must have been enough before some end; default: 60,000, as the autoscaler has it. */
  readonly stableWindowMs?: number;
  /** Until a revision that has not become ready has failed; default: 600,000. */
  readonly progressDeadlineMs?: number;
  /** First wait before a container that has ended, or whose image was not there, is tried again. Default: 10,000. */
  readonly restartMs?: number;
}
