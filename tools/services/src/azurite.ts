import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort, type Service, startServiceProcess } from './service-process.ts';

export interface AzuriteServer extends Service {
  readonly account: string;
  /** Published by Azurite: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
  readonly accountKey: string;
  readonly blobEndpoint: string;
}

const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Microsoft's emulator of Azure Storage (blobs), in memory. */
export async function startAzurite(): Promise<AzuriteServer> {
  const port = await freePort();
  const folder = dirname(createRequire(import.meta.url).resolve('azurite/package.json'));
  const service = await startServiceProcess(port, [
    process.execPath,
    join(folder, 'dist/src/blob/main.js'),
    ...['--blobHost', '127.0.0.1', '--blobPort', String(port), '--inMemoryPersistence', '--skipApiVersionCheck'],
    ...['--silent', '--disableTelemetry'],
  ]);
  return {
    port,
    account: ACCOUNT,
    accountKey: ACCOUNT_KEY,
    blobEndpoint: `http://127.0.0.1:${port}/${ACCOUNT}`,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}
