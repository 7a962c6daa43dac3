const ALPHANUMERIC = '[a-z0-9]+';
const SEPARATOR = '(?:[._]|__|[-]+)';
const COMPONENT = `${ALPHANUMERIC}(?:${SEPARATOR}${ALPHANUMERIC})*`;
const HOST_LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = `(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const TAG = '[\\w][\\w.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
/** The grammar of https://pkg.go.dev/github.com/distribution/reference. */
const REFERENCE = new RegExp(`^((?:(${HOST})/)?${COMPONENT}(?:/${COMPONENT})*)(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const IMAGE_ID = /^(?:sha256:)?[0-9a-f]{64}$/;
const MOST_NAME_CHARS = 255;

/** The name of a container image in its parts. */
export interface ImageReference {
  /** Host of the registry, `docker.io` where the name does not say. */
  readonly registry: string;
  /** Within the registry, `library/node`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Takes the name of an image apart, as Docker does; undefined when it is none. An id, without a repository, is none either. */
export function parseImageReference(text: string): ImageReference | undefined {
  const match = REFERENCE.exec(text);
  const [, name = '', host, tag, digest] = match ?? [];
  if (match === null || name.length > MOST_NAME_CHARS || IMAGE_ID.test(text)) return undefined;
  // A first part is a registry only when it could not be a folder of Docker Hub's.
  const isRegistry = host !== undefined && (/[.:A-Z]/.test(host) || host === 'localhost');
  const rest = isRegistry ? name.slice(host.length + 1) : name;
  if (/[A-Z]/.test(rest)) return undefined;
  return {
    registry: isRegistry && host !== 'index.docker.io' ? host : 'docker.io',
    repository: isRegistry || rest.includes('/') ? rest : `library/${rest}`,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** Whether a text names an image: by its name, or by its id. What is written as a path never does. */
export function isImageName(text: string): boolean {
  return parseImageReference(text) !== undefined || IMAGE_ID.test(text);
}
