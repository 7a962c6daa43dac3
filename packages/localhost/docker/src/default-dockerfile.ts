import { fileURLToPath } from 'node:url';

/** What an image is built from when nothing else is said. As far from here in the sources as in the built package. */
export const DEFAULT_DOCKERFILE: string = fileURLToPath(new URL('../runtime/Dockerfile', import.meta.url));
