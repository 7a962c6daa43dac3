import type { ConfigSchema } from '../plugin/config-schema.ts';
import type { ResolvedConfig } from './load-config.ts';
import { sectionError } from './validation-issues.ts';

/** A section by its plugin's own schema. @throws ConfigError */
export function validateSection(schema: ConfigSchema, section: unknown, config: ResolvedConfig, name: string): unknown {
  const result = schema['~standard'].validate(section);
  const checked = (outcome: Awaited<typeof result>): unknown => {
    if (outcome.issues === undefined) return outcome.value;
    throw sectionError(config.source, name, outcome.issues, knownKeys(schema));
  };
  return result instanceof Promise ? result.then(checked) : checked(result);
}

/** Keys of a schema, where its library tells them. */
function knownKeys(schema: ConfigSchema): string[] {
  const keys: unknown = Reflect.get(schema, 'keys');
  if (Array.isArray(keys)) return keys.map(String);
  const shape: unknown = Reflect.get(Reflect.get(schema, 'def') ?? {}, 'shape');
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}
