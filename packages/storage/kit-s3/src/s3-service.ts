/** What the errors of a storage call it, and what they advise. */
export interface S3Service {
  /** `Amazon S3`. */
  readonly name: string;
  /** Section of the configuration: `aws_s3`. */
  readonly section: string;
  /** Where credentials come from, for who has none. */
  readonly credentialsHint: string;
}
