import { ConfigError, InvocationError, type LithopsError, RuntimeNotFoundError } from '@lithops/core/plugin';
import { RegistryFailure } from './registry-failure.ts';
import { RegistryRefusal } from './registry-refusal.ts';

const NOBODY = ['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'];
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_/;

/**
 * What went wrong with a registry, in words that say what to do. Other errors stay as they are.
 * @param doing What could not be done, with the name of the image.
 */
export function registryError(failure: unknown, doing: string): unknown {
  if (!(failure instanceof RegistryFailure)) return failure;
  const { registry, cause: error } = failure;
  if (error instanceof RegistryRefusal) return refusalError(error, doing, failure);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (NOBODY.includes(code))
    return new InvocationError(`${doing}: no registry answers at ${registry}, ${code}`, {
      hint: 'correct the name of the image, or see that its registry can be reached from here (HTTPS_PROXY is honoured)',
      cause: error,
    });
  if (CERTIFICATE.test(code))
    return new InvocationError(`${doing}: the certificate of ${registry} is not trusted here, ${code}`, {
      hint: 'set NODE_EXTRA_CA_CERTS to a file with the certificate of its authority',
      cause: error,
    });
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return new InvocationError(`${doing}: ${registry} does not speak TLS, ${code}`, {
      hint: `if it is meant to be reached without, list it: insecure_registries: [${registry}]`,
      cause: error,
    });
  return new InvocationError(`${doing}: ${registry} failed, ${message}`, { cause: error });
}

function refusalError(refusal: RegistryRefusal, doing: string, { registry, hasLogin }: RegistryFailure): LithopsError {
  const { status, message, codes } = refusal;
  const login = `\`docker login${registry === 'docker.io' ? '' : ` ${registry}`}\``;
  if (status === 401 || status === 403)
    return new ConfigError(`${doing}: ${registry} does not allow it, ${message}`, {
      hint: hasLogin
        ? `the credentials for ${registry} were not accepted, or may not do this: ${login} again, or correct docker_user, docker_password and the name`
        : `there are no credentials for ${registry}: ${login}, or set docker_server, docker_user and docker_password`,
      cause: refusal,
    });
  if (status === 404)
    return new RuntimeNotFoundError(`${doing}: ${registry} has no such image, ${message}`, {
      hint: codes.includes('NAME_UNKNOWN')
        ? 'correct the name; some registries want a repository made before anything is put into it'
        : 'correct the name, or build it: lithops runtime build NAME -f Dockerfile',
      cause: refusal,
    });
  return new InvocationError(`${doing}: ${registry} failed, ${message}`, { cause: refusal });
}
