import { createHash } from 'node:crypto';

/** `sha256:<hex>`, as registries name content. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The tag of content: one that nobody else gives, and that says what it is for. */
export function contentTag(digest: string): string {
  return `lithops-${digest.replace(/^sha256:/, '').slice(0, 20)}`;
}
