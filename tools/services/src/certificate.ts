import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian.ts';

/** Paths, in PEM. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Files of a certificate for 127.0.0.1 and localhost that nobody has signed but itself; gone when it is disposed. */
export interface Certificate extends CertificateFiles, AsyncDisposable {}

export async function makeCertificate(): Promise<Certificate> {
  await installDebianPackage(['openssl'], '/usr/bin/openssl');
  const folder = await mkdtemp(join(tmpdir(), 'lithops-certificate-'));
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  await promisify(execFile)('/usr/bin/openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', keyFile, '-out', certificateFile],
  ]);
  return {
    certificateFile,
    keyFile,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
