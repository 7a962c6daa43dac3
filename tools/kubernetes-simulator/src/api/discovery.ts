import { KINDS } from '../objects/kinds.ts';
import { apiVersionOf, type ResourceKind } from '../objects/resource-kind.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const GROUPS = [...new Set(KINDS.map(({ group }) => group))].filter((group) => group !== '');
const VERSION = { major: '1', minor: '34', gitVersion: 'v1.34.1', platform: 'linux/amd64' };

/** What the API says of itself; undefined for a path that is none of discovery's. */
export function discovery(path: string, address: string): object | undefined {
  if (path === '/version' || path === '/version/')
    return { ...VERSION, gitCommit: '', gitTreeState: 'clean', buildDate: '', goVersion: '', compiler: 'gc' };
  if (path === '/api') {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }];
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
  }
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupOf) };
  if (path === '/api/v1') return resources('');
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (group === undefined || !GROUPS.includes(group)) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
  return version === 'v1' ? resources(group) : undefined;
}

function groupOf(name: string): object {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

function resources(group: string): object {
  const kinds = KINDS.filter((kind) => kind.group === group);
  const [first] = kinds;
  const groupVersion = first === undefined ? 'v1' : apiVersionOf(first);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: kinds.flatMap(resource) };
}

function resource(kind: ResourceKind): object[] {
  const { plural, namespaced, shortNames, categories } = kind;
  const head = { name: plural, singularName: kind.kind.toLowerCase(), namespaced, kind: kind.kind, verbs: VERBS };
  const names = {
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const status = {
    name: `${plural}/status`,
    singularName: '',
    namespaced,
    kind: kind.kind,
    verbs: ['get', 'patch', 'update'],
  };
  return [{ ...head, ...names }, ...(kind.hasStatus ? [status] : [])];
}
