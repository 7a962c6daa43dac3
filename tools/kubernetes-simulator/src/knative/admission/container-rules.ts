import type { Container } from '../../objects/core-objects.ts';
import type { RevisionSpec } from '../serving-objects.ts';
import type { FieldErrors } from './field-errors.ts';

const RESERVED_NAMES = ['queue-proxy'];
const RESERVED_ENV = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'];
const RESERVED_PORTS = [8012, 8013, 8022, 9090, 9091];
const IMAGE =
  /^(?:(?:[a-zA-Z0-9](?:[-.a-zA-Z0-9]*[a-zA-Z0-9])?(?::\d+)?)\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Of the only container. */
export function checkContainer(container: Container, spec: RevisionSpec, path: string, errors: FieldErrors): void {
  const { name, image, ports = [], env = [], envFrom = [] } = container;
  if (RESERVED_NAMES.includes(name)) errors.add(`"${name}" is a reserved container name`, `${path}.name`);
  else if (name !== '' && (name.length > 63 || !LABEL.test(name)))
    errors.invalidValue(
      name,
      `${path}.name`,
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'",
    );
  if (image === undefined || image === '') errors.missing(`${path}.image`);
  else if (!IMAGE.test(image)) {
    const details = `image: ${JSON.stringify(image)}, error: could not parse reference: ${image}`;
    errors.add('Failed to parse image reference', `${path}.image`, details);
  }
  checkPorts(ports, `${path}.ports`, errors);
  for (const [index, { name: variable, value, valueFrom }] of env.entries()) {
    const at = `${path}.env[${index}]`;
    if (variable === '') errors.missing(`${at}.name`);
    if (RESERVED_ENV.includes(variable))
      errors.add(`${JSON.stringify(variable)} is a reserved environment variable`, `${at}.name`);
    if (valueFrom === undefined) continue;
    if (value !== undefined && value !== '')
      errors.add('expected exactly one, got both', `${at}.value, ${at}.valueFrom`);
    for (const source of ['fieldRef', 'resourceFieldRef'] as const)
      if (valueFrom[source] !== undefined) errors.disallowed(`${at}.valueFrom.${source}`);
  }
  for (const [index, source] of envFrom.entries())
    if ((source.secretRef === undefined) === (source.configMapRef === undefined))
      errors.add(
        'expected exactly one, got neither',
        `${path}.envFrom[${index}].configMapRef, ${path}.envFrom[${index}].secretRef`,
      );
  checkSecurityContext(container.securityContext, `${path}.securityContext`, errors);
  checkMounts(container, spec, path, errors);
  if (container.resources?.claims !== undefined) errors.disallowed(`${path}.resources.claims`);
  for (const probe of ['readinessProbe', 'livenessProbe'] as const) {
    const given = container[probe];
    if (given === undefined) continue;
    const handlers = [given.httpGet, given.tcpSocket, given.exec, given.grpc].filter((one) => one !== undefined);
    if (handlers.length > 1)
      errors.add(
        'expected exactly one, got both',
        `${path}.${probe}.exec, ${path}.${probe}.httpGet, ${path}.${probe}.tcpSocket`,
      );
  }
}

function checkPorts(ports: NonNullable<Container['ports']>, path: string, errors: FieldErrors): void {
  if (ports.length > 1) errors.add('more than one container port is set', path, 'Only a single port is allowed');
  const [port] = ports;
  if (port === undefined || ports.length > 1) return;
  for (const field of ['hostIP', 'hostPort'] as const)
    if (port[field] !== undefined) errors.disallowed(`${path}.${field}`);
  if ((port.protocol ?? 'TCP') !== 'TCP') errors.invalidValue(port.protocol, `${path}.protocol`);
  if (RESERVED_PORTS.includes(port.containerPort))
    errors.invalidValue(
      port.containerPort,
      `${path}.containerPort`,
      `${port.containerPort} is a reserved port, please use a different value`,
    );
  if (port.containerPort < 0 || port.containerPort > 65_535)
    errors.outOfBounds(port.containerPort, 0, 65_535, `${path}.containerPort`);
  if (!['', 'http1', 'h2c'].includes(port.name ?? ''))
    errors.add(`Port name ${port.name} is not allowed`, path, "Name must be empty, or one of: 'h2c', 'http1'");
}

function checkSecurityContext(context: Container['securityContext'], path: string, errors: FieldErrors): void {
  if (context === undefined) return;
  for (const field of ['privileged', 'procMount', 'seLinuxOptions', 'windowsOptions'] as const)
    if (context[field] !== undefined) errors.disallowed(`${path}.${field}`);
  const added = (context.capabilities?.add ?? []).filter((one) => one !== 'NET_BIND_SERVICE');
  if (added.length > 0) errors.disallowed(`${path}.capabilities.add`);
  const { runAsUser, runAsGroup } = context;
  if (runAsUser !== undefined && runAsUser < 0) errors.outOfBounds(runAsUser, 0, 2_147_483_647, `${path}.runAsUser`);
  if (runAsGroup !== undefined && runAsGroup < 0)
    errors.outOfBounds(runAsGroup, 0, 2_147_483_647, `${path}.runAsGroup`);
}

function checkMounts(container: Container, { volumes = [] }: RevisionSpec, path: string, errors: FieldErrors): void {
  const mounted = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    if (!volumes.some(({ name }) => name === mount.name))
      errors.add('volumeMount has no matching volume', `${at}.name`);
    if (!mount.mountPath?.startsWith('/')) errors.invalidValue(mount.mountPath, `${at}.mountPath`);
    mounted.add(mount.name);
  }
  for (const [index, { name }] of volumes.entries())
    if (!mounted.has(name))
      errors.add(`volume with name "${name}" not mounted`, `spec.template.spec.volumes[${index}].name`);
}
