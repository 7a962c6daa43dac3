import type { Container } from '../objects/core-objects.ts';
import { CONFIG_MAPS, SECRETS } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';

/** A container that cannot be made because of what its pod refers to. */
export class ContainerConfigError extends Error {}

/** `NAME=value` of a container, with what secrets and config maps hold. @throws ContainerConfigError when they do not. */
export function containerEnvironment(store: ObjectStore, namespace: string, container: Container): string[] {
  const environment = new Map<string, string>();
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const [reference, data] =
      secretRef === undefined
        ? [configMapRef, configMapData(store, namespace, configMapRef?.name)]
        : [secretRef, secretData(store, namespace, secretRef.name)];
    if (data === undefined && reference?.optional !== true)
      throw new ContainerConfigError(
        `${secretRef === undefined ? 'configmap' : 'secret'} "${reference?.name}" not found`,
      );
    for (const [key, value] of Object.entries(data ?? {})) environment.set(`${prefix}${key}`, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = valueFrom === undefined ? value : referred(store, namespace, valueFrom);
    if (found !== undefined) environment.set(name, expanded(found, environment));
  }
  return [...environment].map(([name, value]) => `${name}=${value}`);
}

type Source = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;

function referred(
  store: ObjectStore,
  namespace: string,
  { secretKeyRef, configMapKeyRef }: Source,
): string | undefined {
  const reference = secretKeyRef ?? configMapKeyRef;
  if (reference === undefined) throw new ContainerConfigError('a valueFrom that this cluster does not know');
  const { name = '', key, optional = false } = reference;
  const what = secretKeyRef === undefined ? 'configmap' : 'secret';
  const data = secretKeyRef === undefined ? configMapData(store, namespace, name) : secretData(store, namespace, name);
  if (data === undefined && !optional) throw new ContainerConfigError(`${what} "${name}" not found`);
  const value = data?.[key];
  if (value === undefined && !optional)
    throw new ContainerConfigError(`couldn't find key ${key} in ${what} ${namespace}/${name}`);
  return value;
}

function secretData(store: ObjectStore, namespace: string, name = ''): Record<string, string> | undefined {
  const data = store.find(SECRETS, namespace, name);
  if (data === undefined) return undefined;
  const entries = Object.entries(data.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

function configMapData(store: ObjectStore, namespace: string, name = ''): Record<string, string> | undefined {
  const found = store.find(CONFIG_MAPS, namespace, name);
  return found === undefined ? undefined : { ...found.data };
}

/** `$(NAME)` of what came before. */
function expanded(value: string, environment: ReadonlyMap<string, string>): string {
  return value.replaceAll(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string) => environment.get(name) ?? whole);
}
