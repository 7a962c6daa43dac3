/** What sandboxes of a function that was made from an image run. */
export interface ImageRuntime {
  /** The image's files, unpacked. */
  readonly folder: string;
  /** Entry point and command. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}
