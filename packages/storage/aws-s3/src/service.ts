import type { S3Service } from '@lithops/kit-s3';

export const AWS_S3: S3Service = {
  name: 'Amazon S3',
  section: 'aws_s3',
  credentialsHint:
    'set access_key_id and secret_access_key in section aws or aws_s3, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws configure` or `aws sso login`',
};
