import { parse } from 'yaml';
import type { Check } from '../check.ts';

/** What is somebody's SDK, by what its packages are called. */
const SDKS: Readonly<Record<string, RegExp>> = {
  aws: /^(@aws-sdk|@smithy)\//,
  azure: /^@azure\//,
  google: /^(@google-cloud\/|google-|gaxios$)/,
  ibm: /^ibm-/,
  docker: /^dockerode$/,
  ssh: /^ssh2$/,
  kubernetes: /^(@kubernetes\/|kubernetes-models$|@kubernetes-models\/)/,
  redis: /^(@redis\/|redis$|ioredis$|bullmq$)/,
  amqp: /^amqplib$/,
};

/** Whose SDKs a package may bring. Those that are not named here bring none. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  '@lithops/aws-lambda': ['aws', 'docker', 'ssh'],
  '@lithops/aws-s3': ['aws'],
  '@lithops/azure-storage': ['azure'],
  '@lithops/ceph': ['aws'],
  '@lithops/docker': ['docker', 'ssh'],
  '@lithops/gcp-storage': ['google'],
  '@lithops/ibm-cos': ['aws', 'ibm'],
  '@lithops/kit-images': ['docker', 'ssh'],
  '@lithops/kit-s3': ['aws'],
  '@lithops/knative': ['docker', 'kubernetes', 'ssh'],
  '@lithops/minio': ['aws'],
  '@lithops/rabbitmq': ['amqp'],
  '@lithops/redis': ['redis'],
  '@lithops/standalone': ['docker', 'redis', 'ssh'],
  '@lithops/standalone-aws-ec2': ['aws', 'docker', 'redis', 'ssh'],
  '@lithops/standalone-ibm-vpc': ['docker', 'ibm', 'redis', 'ssh'],
  '@lithops/standalone-vm': ['docker', 'redis', 'ssh'],
};

interface Lockfile {
  readonly importers: Readonly<Record<string, { readonly dependencies: Readonly<Record<string, Locked>> }>>;
  readonly snapshots: Readonly<Record<string, Snapshot>>;
  readonly packages: Readonly<Record<string, PackageFacts>>;
}

interface PackageFacts {
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Locked {
  readonly version: string;
}

interface Snapshot {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Who installs one backend gets its SDK, and nobody else's. */
export function backendTrees(lockfile: string, names: readonly string[]): Check[] {
  const locked: Lockfile = parse(lockfile);
  const installed = locked.importers['.']?.dependencies ?? {};
  return names.map((name) => {
    const version = installed[name]?.version;
    if (version === undefined) return { name: `${name} is in the lock file`, outcome: 'failed' };
    const tree = treeOf(`${name}@${version}`, locked);
    const allowed = OWN[name] ?? [];
    const strangers = tree.filter((dependency) =>
      Object.entries(SDKS).some(([owner, pattern]) => pattern.test(dependency) && !allowed.includes(owner)),
    );
    const told = `${name} brings ${tree.length} packages and no other's SDK`;
    return strangers.length === 0
      ? { name: told, outcome: 'passed' }
      : {
          name: told,
          outcome: 'failed',
          detail: `it brings ${[...new Set(strangers)].join(', ')}: import it in the package that is for it, or say in OWN of backend-trees.ts that it is this one`,
        };
  });
}

/** The names of all that a package is installed with; an optional peer is there only because somebody else has it. */
function treeOf(root: string, { snapshots, packages }: Lockfile): string[] {
  const seen = new Set<string>();
  const open = [root];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    const { dependencies, optionalDependencies } = snapshots[key] ?? {};
    const peers = packages[key.replace(/\(.*$/, '')]?.peerDependenciesMeta ?? {};
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies }))
      if (peers[name]?.optional !== true) open.push(`${name}@${version}`);
  }
  return [...seen].map((key) => key.slice(0, key.indexOf('@', 1)));
}
