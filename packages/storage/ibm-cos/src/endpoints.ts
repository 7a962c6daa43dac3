import type { IbmCosConfig } from './config.ts';

const HOST = 'cloud-object-storage.appdomain.cloud';

/** Where requests go: over IBM's own network from inside of Code Engine, which costs nothing. */
export function endpointOf(config: IbmCosConfig, env: NodeJS.ProcessEnv = process.env): string {
  const { endpoint, publicEndpoint, privateEndpoint } = config;
  if (endpoint !== undefined) return endpoint;
  const inCodeEngine = env['CE_PROJECT_ID'] !== undefined && env['CE_REGION'] !== undefined;
  const inside =
    privateEndpoint ?? (publicEndpoint === undefined ? `https://s3.private.${config.region}.${HOST}` : undefined);
  if (inCodeEngine && inside !== undefined) return inside;
  return publicEndpoint ?? `https://s3.${config.region}.${HOST}`;
}

/** The region that signatures name: of the section, or told by the endpoint. */
export function regionOf(config: IbmCosConfig): string {
  const { hostname } = new URL(endpointOf(config));
  return config.region ?? /^s3\.(?:private\.|direct\.)?([a-z0-9-]+)\./.exec(hostname)?.[1] ?? 'us-standard';
}
