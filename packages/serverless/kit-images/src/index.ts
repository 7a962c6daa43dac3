export { registryCredentials } from './credentials/registry-credentials.ts';
export type { ConfiguredLogin, RegistryLogin } from './credentials/registry-login.ts';
export { publishRuntimeImage, type RuntimeImageRequest } from './image/publish-runtime-image.ts';
export type { RuntimeImage } from './image/runtime-image.ts';
export { DEFAULT_IMAGE, type RuntimePlace, type RuntimePlaceRequest, runtimePlace } from './image/runtime-place.ts';
export { buildNamedImage, deployableImage, type ProgressOptions, type RuntimeImagesConfig } from './runtime-images.ts';
export type { WorkerCompanions } from './worker/worker-archive.ts';
