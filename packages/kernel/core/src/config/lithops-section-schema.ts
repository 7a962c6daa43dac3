import * as v from 'valibot';
import { MOST_PRIORITY } from '../job/priority.ts';
import { durationMs } from './duration.ts';

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
export const lithopsSectionSchema = v.strictObject(
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

export type ParsedLithopsSection = v.InferOutput<typeof lithopsSectionSchema>;
export const LITHOPS_KEYS: readonly string[] = Object.keys(lithopsSectionSchema.entries);
