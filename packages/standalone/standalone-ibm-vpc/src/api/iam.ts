import { ConfigError, InvocationError, type LithopsError } from '@lithops/core/plugin';
import { Authenticator, IamAuthenticator } from 'ibm-cloud-sdk-core';

type AuthenticateOptions = Parameters<IamAuthenticator['authenticate']>[0];

/** Tokens for an API key, each used for as long as it is good; failures never hold the key. */
export class IamTokens extends Authenticator {
  readonly #iam: IamAuthenticator;

  constructor(apiKey: string, endpoint: string | undefined) {
    super();
    this.#iam = new IamAuthenticator({ apikey: apiKey, ...(endpoint !== undefined && { url: endpoint }) });
  }

  /** @throws ConfigError, InvocationError */
  override async authenticate(options: AuthenticateOptions): Promise<void> {
    try {
      await this.#iam.authenticate(options);
    } catch (error) {
      throw tokenError(error);
    }
  }

  override authenticationType(): string {
    return this.#iam.authenticationType();
  }
}

/** Without its cause: that holds the request, and the request the key. */
function tokenError(error: unknown): LithopsError {
  const { status, message } = (error ?? {}) as { readonly status?: unknown; readonly message?: unknown }; // both are looked at
  const text = `IBM's IAM gave no token for the API key: ${String(message)}`;
  if (typeof status === 'number' && status >= 400 && status < 500 && status !== 429)
    return new ConfigError(text, {
      hint: 'correct iam_api_key in section ibm_vpc or ibm; keys are made by `ibmcloud iam api-key-create`',
    });
  return new InvocationError(text, { hint: 'is the address of IAM (iam_endpoint) right, and the network there?' });
}
