import { setPriority } from 'node:os';
import { installChromium } from './chromium.ts';
import { startDockerEngine } from './docker-engine.ts';
import { buildNodeImage } from './docker-images.ts';
import { startDockerRegistry } from './docker-registry.ts';
import { installKubectl } from './kubectl.ts';
import { startMoto } from './moto.ts';
import { startPushgateway } from './pushgateway.ts';
import { startRabbitMq } from './rabbitmq.ts';
import { startRedis } from './redis.ts';
import { buildSshMachineImage } from './ssh-machine-image.ts';

/** The program that makes a clean machine ready for the tests: the first to need a server would have all others wait. */
async function prepare(): Promise<void> {
  const told = await Promise.allSettled([startOnce(startMoto), prepareOthers()]);
  for (const each of told) if (each.status === 'rejected') console.error('not prepared for the tests:', each.reason);
}

/** One after the other: they have one package manager. */
async function prepareOthers(): Promise<void> {
  await using engine = await startDockerEngine();
  await buildNodeImage(engine);
  await buildSshMachineImage(engine);
  for (const start of [startRedis, startRabbitMq, startDockerRegistry, startPushgateway]) await startOnce(start);
  await installKubectl();
  await installChromium();
}

async function startOnce(start: () => Promise<AsyncDisposable>): Promise<void> {
  await using _service = await start();
}

// Nobody waits for it yet.
setPriority(19);
await prepare();
