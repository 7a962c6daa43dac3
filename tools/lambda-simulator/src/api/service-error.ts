import * as lambda from '@aws-sdk/client-lambda';
import { NormalizedSchema } from '@smithy/core/schema';

/** An answer that the API refuses with. `name` is what the SDK knows it by. */
export class ServiceError extends Error {
  readonly status: number;
  /** Beside the message. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, members: Readonly<Record<string, unknown>> = {}, status?: number) {
    super(message);
    this.name = name;
    this.members = members;
    this.status = status ?? STATUS[name] ?? statusOf(name);
  }
}

/** Errors of all services of AWS, which the SDK has no classes for. */
const STATUS: Readonly<Record<string, number>> = {
  ValidationException: 400,
  SerializationException: 400,
  UnknownOperationException: 404,
  InvalidSignatureException: 403,
  UnrecognizedClientException: 403,
  ExpiredTokenException: 403,
  MissingAuthenticationTokenException: 403,
  IncompleteSignatureException: 403,
  AccessDeniedException: 403,
  InternalFailure: 500,
  NotImplemented: 501,
};

function statusOf(name: string): number {
  const schema = (lambda as Record<string, unknown>)[`${name}$`];
  if (!Array.isArray(schema)) throw new Error(`the SDK has no error ${name}`);
  return Number(NormalizedSchema.of(schema as never).getMergedTraits()['httpError']); // one of its error schemas
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { Type: 'User' });
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message, { Type: 'User' });
}

export function conflict(message: string): ServiceError {
  return new ServiceError('ResourceConflictException', message, { Type: 'User' });
}
