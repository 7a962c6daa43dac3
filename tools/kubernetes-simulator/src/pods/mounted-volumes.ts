import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Container, Pod, PodSpec } from '../objects/core-objects.ts';
import { CONFIG_MAPS, SECRETS } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { ContainerConfigError } from './pod-environment.ts';

type Volume = NonNullable<PodSpec['volumes']>[number];
type Files = Readonly<Record<string, Uint8Array>>;

const DEFAULT_MODE = 0o644;

/** An archive of the files that a container is to find, undefined for none. @throws ContainerConfigError for what is not there. */
export async function mountedFiles(store: ObjectStore, pod: Pod, container: Container): Promise<Buffer | undefined> {
  const { namespace = '' } = pod.metadata;
  const archive = pack();
  let any = false;
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = (pod.spec.volumes ?? []).find((one) => one.name === name);
    const files = volume === undefined ? undefined : filesOf(store, namespace, volume);
    if (files === undefined) continue;
    any = true;
    for (const [path, content] of Object.entries(files)) {
      if (subPath !== undefined && path !== subPath) continue;
      const at = subPath === undefined ? `${mountPath}/${path}` : mountPath;
      archive.entry({ name: at.replace(/^\/+/, ''), mode: DEFAULT_MODE }, Buffer.from(content));
    }
  }
  archive.finalize();
  return any ? await buffer(archive) : undefined;
}

/** Undefined for a volume that has none to begin with. */
function filesOf(store: ObjectStore, namespace: string, volume: Volume): Files | undefined {
  const { secret, configMap, projected } = volume;
  if (secret !== undefined) return secretFiles(store, namespace, secret.secretName ?? '', secret);
  if (configMap !== undefined) return configFiles(store, namespace, configMap.name ?? '', configMap);
  if (projected === undefined) return undefined;
  return Object.assign(
    {},
    ...(projected.sources ?? []).map((source) => ({
      ...(source.secret !== undefined && secretFiles(store, namespace, source.secret.name ?? '', source.secret)),
      ...(source.configMap !== undefined &&
        configFiles(store, namespace, source.configMap.name ?? '', source.configMap)),
    })),
  );
}

interface Selection {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
  readonly optional?: boolean;
}

function secretFiles(store: ObjectStore, namespace: string, name: string, selection: Selection): Files {
  const secret = store.find(SECRETS, namespace, name);
  const entries = Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
  return selected(secret === undefined ? undefined : Object.fromEntries(entries), `secret "${name}"`, selection);
}

function configFiles(store: ObjectStore, namespace: string, name: string, selection: Selection): Files {
  const config = store.find(CONFIG_MAPS, namespace, name);
  const texts = Object.entries(config?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)]);
  const bytes = Object.entries(config?.binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
  const all = config === undefined ? undefined : Object.fromEntries([...texts, ...bytes]);
  return selected(all, `configmap "${name}"`, selection);
}

function selected(files: Files | undefined, what: string, { items, optional = false }: Selection): Files {
  if (files === undefined && !optional) throw new ContainerConfigError(`MountVolume.SetUp failed: ${what} not found`);
  if (items === undefined || files === undefined) return files ?? {};
  return Object.fromEntries(
    items.flatMap(({ key, path }) => {
      const content = files[key];
      if (content === undefined && !optional)
        throw new ContainerConfigError(`MountVolume.SetUp failed: references non-existent ${what} key: ${key}`);
      return content === undefined ? [] : [[path, content]];
    }),
  );
}
