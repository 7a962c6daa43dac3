import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKubernetesSimulator } from '@lithops-tools/kubernetes-simulator';
import { installKubectl } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import type { KnativeService } from '../src/service/knative-service.ts';
import { serviceManifest } from '../src/service/service-manifest.ts';
import { withDefaults } from '../src/settings.ts';

/** From this one on it leaves the checking of fields to the server; before, it reads schemas that the simulator does not tell. */
const SERVER_CHECKS = 27;

const program = await installKubectl();
const run = promisify(execFile);
const cluster = await startKubernetesSimulator();
const folder = mkdtempSync(join(tmpdir(), 'lithops-kubectl-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await cluster[Symbol.asyncDispose]();
});
writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig());

async function kubectl(...args: string[]): Promise<string> {
  const common = ['--kubeconfig', join(folder, 'kubeconfig'), '--cache-dir', join(folder, 'cache')];
  return (await run(program, [...common, ...args])).stdout;
}

const { clientVersion }: { readonly clientVersion: { readonly minor: string } } = JSON.parse(
  (await run(program, ['version', '--client', '--output', 'json'])).stdout,
);
const serverChecks = Number.parseInt(clientVersion.minor, 10) >= SERVER_CHECKS;

function written(name: string, change: (manifest: KnativeService) => object = (manifest) => manifest): string {
  const file = join(folder, `${name}.json`);
  const manifest = serviceManifest({
    settings: withDefaults({ minWorkers: 1, env: { MODEL: 'small' }, labels: { team: 'blue' } }),
    namespace: 'default',
    memory: 256,
    runtime: 'team/image:1',
    image: `registry.example.com/team/image@sha256:${'0'.repeat(64)}`,
    pullSecrets: ['registry'],
  });
  writeFileSync(file, JSON.stringify(change(manifest)));
  return file;
}

describe('kubectl', { timeout: 60_000 }, () => {
  it('takes our manifests, without changing anything', async () => {
    const validate = `--validate=${serverChecks}`;
    const told = await kubectl('apply', '--dry-run=client', validate, '-f', written('service'));
    expect(told).toMatch(/^service\.serving\.knative\.dev\/lithops-worker-[0-9a-f]{12} created \(dry run\)$/m);
    expect(await kubectl('get', 'services.serving.knative.dev', '-o', 'name')).toBe('');
  });

  it.runIf(serverChecks)('has them checked, field by field', async () => {
    const strict = ['apply', '--dry-run=server', '--validate=strict', '-f'];
    expect(await kubectl(...strict, written('service'))).toMatch(/created \(server dry run\)/);
    const broken = written('broken', (manifest) => ({ ...manifest, spec: { ...manifest.spec, replicas: 1 } }));
    await expect(kubectl(...strict, broken)).rejects.toThrow(/unknown field "spec\.replicas"/);
  });
});
