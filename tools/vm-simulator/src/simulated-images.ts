import { ConfigError, RuntimeNotFoundError } from '@lithops/core/plugin';
import type { VmCallOptions, VmImage, VmImages } from '@lithops/standalone';
import { type DockerEngine, docker } from '@lithops-tools/services';
import { ACCOUNT_LABEL } from './account.ts';

/** Images of an account: those of the engine that have its label. */
export class SimulatedImages implements VmImages {
  readonly #account: string;
  readonly #open: () => Promise<DockerEngine>;

  constructor(account: string, open: () => Promise<DockerEngine>) {
    this.#account = account;
    this.#open = open;
  }

  /** Id of an image by its name or id. */
  async find(name: string): Promise<string | undefined> {
    const images = await this.list({ signal: new AbortController().signal });
    return images.find((image) => image.name === name || image.id === name)?.id;
  }

  async capture(id: string, name: string, options: VmCallOptions): Promise<VmImage> {
    const engine = await this.#open();
    const status = await docker(engine, ['inspect', '--format', '{{.State.Status}}', id]);
    if (status !== 'exited') throw new ConfigError(`the machine is ${status}; it has to be stopped`);
    if ((await this.find(name)) !== undefined) throw new ConfigError(`there is an image ${name} already`);
    const label = `LABEL ${ACCOUNT_LABEL}=${this.#account}`;
    await docker(engine, ['commit', '--change', label, id, this.#reference(name)]);
    const made = (await this.list(options)).find((image) => image.name === name);
    if (made === undefined) throw new ConfigError(`image ${name} was deleted while it was made`);
    return made;
  }

  async list({ signal }: VmCallOptions): Promise<readonly VmImage[]> {
    signal.throwIfAborted();
    const lines = await docker(await this.#open(), [
      ...['images', '--no-trunc', '--filter', `label=${ACCOUNT_LABEL}=${this.#account}`],
      ...['--format', '{{.Tag}} {{.ID}} {{.CreatedAt}}'],
    ]);
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', id = '', day = '', time = '', zone = ''] = line.split(' ');
        return { name, id, createdAt: new Date(`${day}T${time}${zone}`) };
      });
  }

  async delete(name: string, options: VmCallOptions): Promise<void> {
    if (!(await this.list(options)).some((image) => image.name === name))
      throw new RuntimeNotFoundError(`there is no image ${name}`);
    await docker(await this.#open(), ['rmi', '--force', this.#reference(name)]);
  }

  #reference(name: string): string {
    return `${this.#account}:${name}`;
  }
}
