import { ConfigError } from '../errors/config-error.ts';
import { nearestName } from '../registry/nearest-name.ts';
import { MONITORING_BACKENDS } from '../registry/package-names.ts';
import { registry } from '../registry/registry.ts';

/** What `lithops.monitoring` names, with its section. */
export interface MonitoringConfig {
  readonly name: string;
  readonly section: Readonly<Record<string, unknown>>;
}

/** The storage, which is looked at in any case. */
const BY_STORAGE = 'storage';

/** Undefined where it is the storage. @throws ConfigError for a name that is nearly another. */
export function monitoringConfig(
  source: string | undefined,
  name: string = BY_STORAGE,
  sections: ReadonlyMap<string, Record<string, unknown>>,
): MonitoringConfig | undefined {
  if (name === BY_STORAGE) return undefined;
  const known = [BY_STORAGE, ...MONITORING_BACKENDS, ...registry.names('monitoring')];
  const nearest = known.includes(name) ? undefined : nearestName(name, known);
  if (nearest !== undefined)
    throw new ConfigError(`${source ?? 'config'}: lithops.monitoring is '${name}'; did you mean '${nearest}'?`);
  return { name, section: sections.get(name) ?? {} };
}
