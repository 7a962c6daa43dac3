import * as ec2 from '@aws-sdk/client-ec2';
import { NormalizedSchema } from '@smithy/core/schema';

/** An operation of the API, as the SDK describes it. */
export interface Operation {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** Sends it to another server. */
  readonly command: new (
    input: object,
  ) => never;
}

/** How the SDK writes an operation down: kind, namespace, name, traits, input, output. */
type OperationSchema = readonly [9, string, string, unknown, never, never];

const SDK = ec2 as Record<string, unknown>;

/** By name; undefined when there is none. */
export function operationOf(name: string): Operation | undefined {
  const schema = SDK[`${name}$`];
  const command = SDK[`${name}Command`];
  if (!isOperation(schema) || typeof command !== 'function') return undefined;
  return {
    name,
    input: NormalizedSchema.of(schema[4]),
    output: NormalizedSchema.of(schema[5]),
    command: command as Operation['command'], // as all of the SDK's commands are made
  };
}

function isOperation(value: unknown): value is OperationSchema {
  return Array.isArray(value) && value[0] === 9;
}
