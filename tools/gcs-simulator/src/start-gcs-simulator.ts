import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type Service, startServiceProcess } from '@lithops-tools/services';
import type { Fault } from './faults.ts';

export interface GcsSimulator extends Service {
  readonly endpoint: string;
  readonly project: string;
  /** A service account's key, made for this simulator, in the form in which Google hands them out. */
  readonly credentialsFile: string;
  /** From now on every so many requests for objects fail in this way; undefined for none. */
  fail(fault: Fault | undefined): Promise<void>;
  /** Requests so far, as `<method> <path without names>`. */
  requests(): Promise<readonly string[]>;
}

/** A Cloud Storage of its own, empty, in another process and with its objects on disk. */
export async function startGcsSimulator(): Promise<GcsSimulator> {
  const folder = await mkdtemp(join(tmpdir(), 'lithops-gcs-'));
  const port = await freePort();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const project = 'simulated-project';
  const email = `storage@${project}.iam.gserviceaccount.com`;
  const credentialsFile = join(folder, 'credentials.json');
  const key = { type: 'service_account', project_id: project, private_key_id: '1', private_key: privateKey };
  await writeFile(credentialsFile, JSON.stringify({ ...key, client_email: email, client_id: '1' }), { mode: 0o600 });
  const options = { port, folder, project, email, publicKey };
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const service = await startServiceProcess(port, [process.execPath, main, JSON.stringify(options)]);
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    port,
    endpoint,
    project,
    credentialsFile,
    async fail(fault) {
      await fetch(`${endpoint}/simulator/fault`, { method: 'PUT', body: JSON.stringify(fault ?? null) });
    },
    async requests() {
      return (await (await fetch(`${endpoint}/simulator/requests`)).json()) as string[]; // what it writes
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
