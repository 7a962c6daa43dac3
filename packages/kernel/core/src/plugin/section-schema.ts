import type { ConfigSchema, SchemaIssue } from './config-schema.ts';

/** Says what is expected instead of a value; undefined when it will do. */
export type FieldCheck = (value: unknown) => string | undefined;

/**
 * The schema of a section of a configuration, for plugins that bring no schema library: a definition must load in no time, and
 * a library takes longer than all the rest of it.
 * @param fields a check for each key; all keys may be left out, and others are refused.
 * @param whole looks at a section whose fields are all right one by one
 */
export function sectionSchema<Config extends object>(
  fields: { readonly [Key in keyof Config]-?: FieldCheck },
  whole: (config: Config) => readonly SchemaIssue[] = () => [],
): ConfigSchema<Config> & { readonly keys: readonly string[] } {
  const checks = new Map<string, FieldCheck>(Object.entries(fields));
  return {
    keys: [...checks.keys()],
    '~standard': {
      version: 1,
      vendor: 'lithops',
      validate: (value) => {
        const section: unknown = value ?? {};
        if (typeof section !== 'object' || section === null || Array.isArray(section))
          return { issues: [{ message: 'a section of keys is expected' }] };
        // A key without a value, as YAML has them, is a key that is not set.
        const entries = Object.entries(section).filter(([, entry]) => entry !== undefined && entry !== null);
        const issues = entries.flatMap(([key, entry]): SchemaIssue[] => {
          const check = checks.get(key);
          const message = check === undefined ? 'unknown key' : check(entry);
          return message === undefined ? [] : [{ message, path: [key] }];
        });
        if (issues.length > 0) return { issues };
        const config = Object.fromEntries(entries) as Config; // every key was checked
        const more = whole(config);
        return more.length > 0 ? { issues: more } : { value: config };
      },
    },
  };
}

export const textField: FieldCheck = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'a non-empty text is expected';

/** A whole number that is not below `least`. */
export const countField =
  (least: number): FieldCheck =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least
      ? undefined
      : `a whole number from ${least} is expected`;

export const flagField: FieldCheck = (value) => (typeof value === 'boolean' ? undefined : 'true or false is expected');

export const addressField: FieldCheck = (value) =>
  typeof value === 'string' && /^https?:\/\/[^/]/.test(value) && URL.canParse(value)
    ? undefined
    : "an address that begins with 'http://' or 'https://' is expected";
