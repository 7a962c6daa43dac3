import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CertificateFiles } from './certificate.ts';
import { installDebianPackage } from './debian.ts';

/** An authority that nobody knows, and what it has signed; its files are gone when it is disposed. */
export interface CertificateAuthority extends AsyncDisposable {
  /** Its own certificate. */
  readonly caFile: string;
  /** Signs a certificate for 127.0.0.1 and localhost, good for servers and clients. */
  issue(name: string): Promise<CertificateFiles>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export async function makeCertificateAuthority(): Promise<CertificateAuthority> {
  await installDebianPackage(['openssl'], '/usr/bin/openssl');
  const folder = await mkdtemp(join(tmpdir(), 'lithops-authority-'));
  const [caFile, caKeyFile] = [join(folder, 'ca.pem'), join(folder, 'ca-key.pem')];
  const request = (subject: string, key: string, certificate: string, more: readonly string[]) =>
    promisify(execFile)('/usr/bin/openssl', [
      ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${subject}`],
      ...['-keyout', key, '-out', certificate, ...more],
    ]);
  await request('an authority of tests', caKeyFile, caFile, []);
  return {
    caFile,
    async issue(name) {
      const [certificateFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)];
      await request(name, keyFile, certificateFile, [
        ...['-CA', caFile, '-CAkey', caKeyFile],
        ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-addext', 'basicConstraints=CA:FALSE'],
      ]);
      return { certificateFile, keyFile };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
