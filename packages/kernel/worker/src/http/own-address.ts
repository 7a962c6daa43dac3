import { networkInterfaces } from 'node:os';

/** Where other workers of a network reach this port: the first address that is not this machine's alone, else loopback. */
export function ownAddress(port: number): string {
  const addresses = Object.values(networkInterfaces())
    .flat()
    .filter((each) => each !== undefined && !each.internal && !each.address.startsWith('fe80'));
  const found = addresses.find((each) => each?.family === 'IPv4') ?? addresses[0];
  if (found === undefined) return `127.0.0.1:${port}`;
  return found.family === 'IPv6' ? `[${found.address}]:${port}` : `${found.address}:${port}`;
}
