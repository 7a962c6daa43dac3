import { StorageError, type StorageFailure } from '@lithops/core/plugin';
import { IamAuthenticator } from 'ibm-cloud-sdk-core';

/** Tokens for an API key, each used for as long as it is good. @throws StorageError, which never holds the key */
export function iamTokens(apiKey: string, endpoint: string | undefined): () => Promise<string> {
  const authenticator = new IamAuthenticator({ apikey: apiKey, ...(endpoint !== undefined && { url: endpoint }) });
  return async () => {
    const request: { readonly headers: { Authorization?: string } } = { headers: {} };
    try {
      await authenticator.authenticate(request);
    } catch (error) {
      throw tokenError(error);
    }
    return (request.headers.Authorization ?? '').replace(/^Bearer /, '');
  };
}

/** Without its cause: that holds the request, and the request the key. */
function tokenError(error: unknown): StorageError {
  const { status, message } = (error ?? {}) as { readonly status?: unknown; readonly message?: unknown }; // both are looked at
  const refused = typeof status === 'number' && status >= 400 && status < 500 && status !== 429;
  const reason: StorageFailure = refused ? 'access-denied' : status === 429 ? 'throttled' : 'unavailable';
  return new StorageError(`IBM's IAM gave no token for the API key: ${String(message)}`, {
    reason,
    hint: refused
      ? 'correct api_key in section ibm_cos or ibm; keys are made by `ibmcloud iam api-key-create`'
      : 'is the address of IAM (iam_endpoint) right, and the network there?',
  });
}
