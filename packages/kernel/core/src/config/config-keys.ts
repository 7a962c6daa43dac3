import { ConfigError } from '../errors/config-error.ts';

/** `worker_processes` as `workerProcesses`. */
export function toCamelCase(key: string): string {
  return key.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `worker-processes` or `workerProcesses` as `worker_processes`. */
export function toSnakeCase(key: string): string {
  return key
    .replaceAll('-', '_')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** A section's keys in camel case. @throws ConfigError when a key is there in both spellings. */
export function normalizeKeys(section: object, where: string): Record<string, unknown> {
  const normalized: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(section)) {
    const name = toCamelCase(key);
    if (Object.hasOwn(normalized, name))
      throw new ConfigError(`${where}: ${name} is there twice, as ${toSnakeCase(name)} and as ${name}`);
    normalized[name] = value;
  }
  return normalized;
}
