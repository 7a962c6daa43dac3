import { LithopsError } from '@lithops/core/plugin';
import { containerUser, startContainer } from '@lithops/kit-images/container';
import { Engine, ensureImage, findEngine } from '@lithops/kit-images/engine';
import type { PrepareAnswer, PrepareRequest } from '../protocol/container-environment.ts';
import { writeEnvironment } from './environment-file.ts';
import { stderrLogger } from './stderr-logger.ts';

/**
 * Has an image at hand, tries a container of it, and takes note of what the next ones are made by. Credentials are given to
 * the engine, and to nothing else.
 */
export async function prepareEnvironment(
  base: string,
  name: string,
  { environment, pullRuntime, login }: PrepareRequest,
  workerCode: () => Promise<string>,
): Promise<PrepareAnswer> {
  const { image, config } = environment;
  try {
    const engine = new Engine(findEngine(config.dockerHost));
    const choice = { platform: config.platform, pullRuntime, ...(login !== undefined && { login }) };
    const { signal } = new AbortController();
    const facts = await ensureImage(engine, image, choice, { logger: stderrLogger, signal });
    const user = await containerUser(config, engine, facts);
    const spec = { image: facts, config, executorId: name, processes: 1, user, folders: [], workerCode, direct: false };
    const container = await startContainer(engine, image, spec, stderrLogger);
    try {
      const { nodeVersion } = await container.nodeFacts();
      writeEnvironment(base, name, { ...environment, ...(container.user !== undefined && { user: container.user }) });
      return { ok: true, nodeVersion };
    } finally {
      await container.close();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: error instanceof LithopsError ? error.code : 'INVOCATION_REFUSED', message };
  }
}
