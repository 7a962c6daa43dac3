import * as z from 'zod/mini';
import { MOST_PRIORITY } from '../job/priority.ts';
import { durationMs } from './duration.ts';

const duration = z.pipe(
  z.union([z.number(), z.string()]),
  z.transform((value, context) => {
    try {
      return durationMs(value, 'it');
    } catch {
      context.issues.push({
        code: 'custom',
        input: value,
        message: "a time in seconds is expected, or a text like '5m'",
      });
      return z.NEVER;
    }
  }),
);

const count = z.number().check(z.int(), z.gte(0));
const text = z.string().check(z.minLength(1));

/** Keys of section `lithops`, those of Python Lithops among them, in camel case. */
export const lithopsSectionSchema = z.strictObject({
  backend: z.optional(text),
  storage: z.optional(text),
  mode: z.optional(z.enum(['localhost', 'serverless', 'standalone'])),
  executionTimeout: z.optional(duration),
  retries: z.optional(count),
  priority: z.optional(z.number().check(z.int(), z.gte(-MOST_PRIORITY), z.lte(MOST_PRIORITY))),
  chunksize: z.optional(count),
  storageRetries: z.optional(count),
  storageRetryTime: z.optional(duration),
  logLevel: z.optional(z.nullable(z.union([z.string(), z.boolean()]))),
  plugins: z.optional(z.array(text)),
  monitoring: z.optional(text),
  telemetry: z.optional(z.boolean()),
  journal: z.optional(z.union([z.boolean(), text])),
  // Settings of Python Lithops that have nothing to set here; accepted, so that its files are read as they are.
  dataCleaner: z.optional(z.boolean()),
  dataLimit: z.optional(z.union([z.number(), z.boolean()])),
  logFormat: z.optional(z.string()),
  logStream: z.optional(z.string()),
  logFilename: z.optional(z.string()),
  includeModules: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  excludeModules: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  customizedRuntime: z.optional(z.boolean()),
  monitoringInterval: z.optional(z.number()),
});

export type ParsedLithopsSection = z.output<typeof lithopsSectionSchema>;
export const LITHOPS_KEYS: readonly string[] = Object.keys(lithopsSectionSchema.def.shape);
