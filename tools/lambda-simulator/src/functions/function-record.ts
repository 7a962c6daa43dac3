import type { FunctionConfiguration, FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import type { FunctionVersion } from '../execution/function-version.ts';
import type { UnpackedImage } from './image-store.ts';

/** Code as it was given. */
export type FunctionCode =
  | { readonly kind: 'zip'; readonly sha256: string; readonly bytes: number; readonly folder: string }
  /** Without `image` where there is no registry to take it from. */
  | { readonly kind: 'image'; readonly sha256: string; readonly uri: string; readonly image?: UnpackedImage };

/** A function of the account. */
export interface FunctionRecord {
  /** As it was asked for; states and names are added when it is shown. */
  configuration: FunctionConfiguration;
  code: FunctionCode;
  tags: Record<string, string>;
  /** What events run in; replaced by updates once they have succeeded. */
  version: FunctionVersion;
  state: 'Pending' | 'Active' | 'Failed';
  update: 'Successful' | 'InProgress' | 'Failed';
  lastModified: Date;
  revision: string;
  reservedConcurrency?: number;
  eventInvoke?: FunctionEventInvokeConfig;
}
