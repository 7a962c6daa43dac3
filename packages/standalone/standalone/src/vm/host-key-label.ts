import { createHash } from 'node:crypto';

/** A machine's host key as its label: whoever may ask the cloud knows whom to believe. */
export function hostKeyLabel(publicKey: Buffer): string {
  return BigInt(`0x${createHash('sha256').update(publicKey).digest('hex')}`).toString(36);
}

/** `SHA256:...` of what a label says; undefined when it says nothing. */
export function fingerprintOfLabel(label: string | undefined): string | undefined {
  if (label === undefined || !/^[0-9a-z]{1,50}$/.test(label)) return undefined;
  const number = Array.from(label).reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
  const digest = Buffer.from(number.toString(16).padStart(64, '0'), 'hex');
  return `SHA256:${digest.toString('base64').replace(/=+$/, '')}`;
}
