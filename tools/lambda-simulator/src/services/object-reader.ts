import { invalidParameter } from '../api/service-error.ts';
import type { ReadObject } from '../functions/function-code.ts';
import { askService, elementOf } from './aws-service.ts';

/** Reads objects of the S3 at this endpoint. */
export function objectReader(endpoint: string | undefined): ReadObject {
  return async (bucket, key, version) => {
    if (endpoint === undefined) throw invalidParameter('this simulator was given no S3 (option s3Endpoint)');
    const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const query = version === undefined ? '' : `?versionId=${encodeURIComponent(version)}`;
    const { status, body } = await askService(endpoint, 's3', path + query);
    if (status === 200) return body;
    const text = body.toString('utf8');
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${elementOf(text, 'Code') ?? status}. S3 Error Message: ${elementOf(text, 'Message') ?? ''}`,
    );
  };
}
