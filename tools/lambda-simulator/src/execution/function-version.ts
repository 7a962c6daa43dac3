import type { ImageRuntime } from './image-runtime.ts';

/** All that sandboxes of a function are made from; a change of it needs other sandboxes. */
export interface FunctionVersion {
  readonly functionName: string;
  readonly functionArn: string;
  readonly handler: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly ephemeralMegabytes: number;
  readonly taskFolder: string;
  /** In place of a runtime of Lambda's own. */
  readonly image?: ImageRuntime;
  readonly layersFolder?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly logFormat: string;
  readonly logGroup: string;
}
