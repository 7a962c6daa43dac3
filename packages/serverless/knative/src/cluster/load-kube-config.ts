import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { ConfigError } from '@lithops/core/plugin';

const SERVICE_ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

/** How the cluster is reached, and which of its namespaces is ours. */
export interface ClusterAccess {
  readonly kubeConfig: KubeConfig;
  readonly namespace: string;
  /** Whether this runs in a pod of the cluster. */
  readonly inCluster: boolean;
}

export interface ClusterAccessRequest {
  readonly kubecfgPath?: string | undefined;
  readonly kubecfgContext?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * From the file that is named, KUBECONFIG, `~/.kube/config`, or the service account of the pod that this runs in.
 * @param root folder that stands for the file system's root, where service accounts are mounted
 * @throws ConfigError when there is none of these, it cannot be read, or it has no such context
 */
export function loadKubeConfig(
  { kubecfgPath, kubecfgContext, namespace }: ClusterAccessRequest,
  root = '/',
): ClusterAccess {
  const files = kubecfgPath === undefined ? defaultFiles() : [expandHome(kubecfgPath)];
  if (files.length === 0) return ofServiceAccount(namespace, root);
  const kubeConfig = readFiles(files, kubecfgPath !== undefined);
  const context = selectContext(kubeConfig, kubecfgContext, files);
  return { kubeConfig, namespace: namespace ?? context.namespace ?? 'default', inCluster: false };
}

function defaultFiles(): string[] {
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 0) return named;
  const usual = join(homedir(), '.kube', 'config');
  return existsSync(usual) ? [usual] : [];
}

function ofServiceAccount(namespace: string | undefined, root: string): ClusterAccess {
  const account = join(root, SERVICE_ACCOUNT);
  if (process.env['KUBERNETES_SERVICE_HOST'] === undefined || !existsSync(join(account, 'token')))
    throw new ConfigError(
      'there is no kubeconfig: neither kubecfg_path nor KUBECONFIG is set, and ~/.kube/config is missing',
      {
        hint: 'set kubecfg_path to the file that kubectl uses, or run in a pod of the cluster',
      },
    );
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster(root === '/' ? '' : root);
  const own = readFileSync(join(account, 'namespace'), 'utf8').trim();
  return { kubeConfig, namespace: namespace ?? own, inCluster: true };
}

/** As kubectl does: of several files the first that says something counts, and those of KUBECONFIG need not all be there. */
function readFiles(files: readonly string[], named: boolean): KubeConfig {
  const there = named ? files : files.filter((file) => existsSync(file));
  if (there.length === 0) throw new ConfigError(`KUBECONFIG names no file that is there: ${files.join(', ')}`);
  let all: KubeConfig | undefined;
  for (const file of there) {
    const one = readFile(file);
    if (all === undefined) all = one;
    else addMissing(all, one);
  }
  return all ?? new KubeConfig();
}

function addMissing(all: KubeConfig, { clusters, users, contexts, currentContext }: KubeConfig): void {
  const isNew = (known: readonly { readonly name: string }[]) => (one: { readonly name: string }) =>
    !known.some(({ name }) => name === one.name);
  for (const cluster of clusters.filter(isNew(all.clusters))) all.addCluster(cluster);
  for (const user of users.filter(isNew(all.users))) all.addUser(user);
  for (const context of contexts.filter(isNew(all.contexts))) all.addContext(context);
  if (!all.currentContext) all.setCurrentContext(currentContext);
}

function readFile(file: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromFile(file);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new ConfigError(
      missing ? `there is no kubeconfig ${file}` : `kubeconfig ${file} cannot be read: ${messageOf(error)}`,
      { hint: 'set kubecfg_path to the file that kubectl uses', cause: error },
    );
  }
  if (kubeConfig.getClusters()?.length > 0) return kubeConfig;
  throw new ConfigError(`kubeconfig ${file} names no cluster`, { hint: 'see kubectl config view' });
}

function selectContext(
  kubeConfig: KubeConfig,
  wanted: string | undefined,
  files: readonly string[],
): { readonly namespace?: string } {
  const names = (kubeConfig.getContexts() ?? []).map(({ name }) => name);
  const name = wanted ?? kubeConfig.getCurrentContext();
  const context = name === undefined || name === '' ? null : kubeConfig.getContextObject(name);
  if (context === null) {
    const what = wanted === undefined ? 'has no current context' : `has no context '${wanted}'`;
    throw new ConfigError(`kubeconfig ${files.join(', ')} ${what}`, {
      hint: names.length === 0 ? 'it has no contexts at all' : `kubecfg_context is one of ${names.join(', ')}`,
    });
  }
  kubeConfig.setCurrentContext(context.name);
  if (kubeConfig.getCurrentCluster() === null)
    throw new ConfigError(`context '${context.name}' of kubeconfig ${files.join(', ')} names no cluster that is in it`);
  if (kubeConfig.getCurrentUser() === null)
    throw new ConfigError(`context '${context.name}' of kubeconfig ${files.join(', ')} names no user that is in it`);
  return context;
}

function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
