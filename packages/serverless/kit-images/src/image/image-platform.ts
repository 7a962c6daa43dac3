/** `linux/amd64`, `linux/arm64/v8`. */
export type Platform = string;

/** What a cluster usually is, whatever the machine of the client. */
export const USUAL_PLATFORM: Platform = 'linux/amd64';

interface PlatformFacts {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

export function platformName({ os, architecture, variant }: PlatformFacts): Platform {
  return [os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/');
}

/** Whether an image runs on a platform; one without a variant stands for all of them, and arm64 has only one. */
export function matchesPlatform(image: PlatformFacts, wanted: Platform): boolean {
  const [os, architecture, variant] = wanted.split('/');
  if (image.os !== os || image.architecture !== architecture) return false;
  return variant === undefined || image.variant === undefined || image.variant === '' || image.variant === variant;
}
