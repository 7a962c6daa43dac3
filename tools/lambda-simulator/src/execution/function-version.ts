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
  readonly layersFolder?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly logFormat: string;
  readonly logGroup: string;
}
