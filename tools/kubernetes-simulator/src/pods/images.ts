import type Docker from 'dockerode';
import type { AuthConfig } from 'dockerode';
import { registryOf } from './image-credentials.ts';

const REGISTRY_TIMEOUT_MS = 15_000;

/** The images of the cluster's nodes, which are those of the engine, and of registries. */
export class Images {
  readonly #docker: Docker;

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /**
   * The image by its digest, as its registry has it. One whose name has no registry, and that the engine has, counts as
   * loaded into the nodes (as with `kind load`): nobody is asked.
   * @throws Error saying why it cannot be had.
   */
  async resolve(image: string, credentials: AuthConfig | undefined): Promise<string> {
    if (image.includes('@sha256:')) return image;
    if (registryOf(image) === undefined && (await this.#has(image))) return image;
    const asked = this.#docker.getImage(image).distribution({ ...(credentials && { authconfig: credentials }) });
    const { Descriptor } = (await withTimeout(asked)) as { readonly Descriptor: { readonly digest: string } }; // of the engine's API
    return `${image.replace(/:[^:/]*$/, '')}@${Descriptor.digest}`;
  }

  /** Brings an image to the engine. Private ones are asked for even when they are there. @throws Error saying why not. */
  async pull(image: string, credentials: AuthConfig | undefined): Promise<void> {
    if (registryOf(image) === undefined && (await this.#has(image))) return;
    const options = credentials === undefined ? {} : { authconfig: credentials };
    const progress = await withTimeout(this.#docker.pull(image, options));
    await new Promise<void>((resolve, reject) => {
      this.#docker.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  async #has(image: string): Promise<boolean> {
    return this.#docker
      .getImage(image)
      .inspect()
      .then(
        () => true,
        () => false,
      );
  }
}

async function withTimeout<Result>(asked: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('dial tcp: i/o timeout')), REGISTRY_TIMEOUT_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
