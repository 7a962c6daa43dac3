import type { ConfigSchema, SchemaIssue } from '@lithops/core/plugin';

/** Says what is wrong with a value; undefined when nothing is. */
export type KeyCheck = (value: unknown) => string | undefined;

/** A schema of optional keys, each with its check. Any other key is refused. */
export function sectionOf<Config>(checks: Readonly<Record<keyof Config & string, KeyCheck>>): ConfigSchema<Config> {
  const byKey = new Map<string, KeyCheck>(Object.entries<KeyCheck>(checks));
  return {
    '~standard': {
      version: 1,
      vendor: 'lithops',
      validate: (value) => {
        if (typeof value !== 'object' || value === null)
          return { issues: [{ message: 'a section of keys is expected' }] };
        const issues: SchemaIssue[] = [];
        for (const [key, entry] of Object.entries(value)) {
          const check = byKey.get(key);
          const message = check === undefined ? 'unknown key' : check(entry);
          if (message !== undefined) issues.push({ message, path: [key] });
        }
        return issues.length > 0 ? { issues } : { value: value as Config }; // every key was checked
      },
    },
  };
}
