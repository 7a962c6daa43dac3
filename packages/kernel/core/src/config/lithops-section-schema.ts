import * as v from 'valibot';
import { MOST_PRIORITY } from '../job/priority.ts';
import type { ExecutionMode } from '../plugin/compute-plugin.ts';
import type { ConfigSchema } from '../plugin/config-schema.ts';
import { durationMs } from './duration.ts';
import { sectionError } from './validation-issues.ts';

/** What is used of section `lithops`; see `LithopsSection`. Times are in ms. Written out: users of this package have no valibot for their compiler to look at. */
export interface ParsedLithopsSection {
  readonly backend?: string | undefined;
  readonly storage?: string | undefined;
  readonly mode?: ExecutionMode | undefined;
  readonly executionTimeout?: number | undefined;
  readonly retries?: number | undefined;
  readonly priority?: number | undefined;
  readonly storageRetries?: number | undefined;
  readonly storageRetryTime?: number | undefined;
  readonly logLevel?: string | boolean | null | undefined;
  readonly plugins?: string[] | undefined;
  readonly monitoring?: string | undefined;
  readonly telemetry?: boolean | undefined;
  readonly journal?: boolean | string | undefined;
}

/** @param source where the section stands, for messages. @throws ConfigError for all that is wrong in it */
export function parseLithopsSection(section: Readonly<Record<string, unknown>>, source: string): ParsedLithopsSection {
  const parsed = v.safeParse(schema, section);
  if (parsed.success) return parsed.output;
  const issues = parsed.issues.map(({ message, path }) => ({
    message,
    path: path?.map(({ key }) => String(key)) ?? [],
  }));
  throw sectionError(source, 'lithops', issues, Object.keys(schema.entries));
}

const duration = v.pipe(
  v.union([v.number(), v.string()]),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return durationMs(dataset.value, 'it');
    } catch {
      addIssue({ message: "a time in seconds is expected, or a text like '5m'" });
      return NEVER;
    }
  }),
);

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.pipe(v.string(), v.nonEmpty());
const names = v.nullable(v.union([v.string(), v.array(v.string())]));

/** Keys of section `lithops`, those of Python Lithops among them, in camel case. */
const schema = v.strictObject(
  {
    backend: v.optional(text),
    storage: v.optional(text),
    mode: v.optional(v.picklist(['localhost', 'serverless', 'standalone'])),
    executionTimeout: v.optional(duration),
    retries: v.optional(count),
    priority: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-MOST_PRIORITY), v.maxValue(MOST_PRIORITY))),
    chunksize: v.optional(count),
    storageRetries: v.optional(count),
    storageRetryTime: v.optional(duration),
    logLevel: v.optional(v.nullable(v.union([v.string(), v.boolean()]))),
    plugins: v.optional(v.array(text)),
    monitoring: v.optional(text),
    telemetry: v.optional(v.boolean()),
    journal: v.optional(v.union([v.boolean(), text])),
    // Settings of Python Lithops that have nothing to set here; accepted, so that its files are read as they are.
    dataCleaner: v.optional(v.boolean()),
    dataLimit: v.optional(v.union([v.number(), v.boolean()])),
    logFormat: v.optional(v.string()),
    logStream: v.optional(v.string()),
    logFilename: v.optional(v.string()),
    includeModules: v.optional(names),
    excludeModules: v.optional(names),
    customizedRuntime: v.optional(v.boolean()),
    monitoringInterval: v.optional(v.number()),
  },
  'unknown key',
);

/** For who describes configurations. */
export const lithopsSectionSchema: ConfigSchema<ParsedLithopsSection> = schema;
