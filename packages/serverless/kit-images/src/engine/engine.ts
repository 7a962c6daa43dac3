import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from '@lithops/kit-images/dockerode';
import type { EngineAddress } from './engine-address.ts';

/** An engine that listens somewhere. Nothing is asked of it yet. */
export class Engine {
  readonly docker: Docker;
  readonly address: EngineAddress;

  constructor(address: EngineAddress) {
    this.address = address;
    this.docker = new Docker(dockerOptions(address));
  }

  /** Whether it runs on this machine, so that folders here can be mounted. */
  get isLocal(): boolean {
    return /^(?:unix|npipe):/.test(this.address.host);
  }
}

function dockerOptions({ host, certificates }: EngineAddress): Docker.DockerOptions {
  // Without this dockerode would mix in what the environment says.
  const none = {
    host: undefined,
    port: undefined,
    protocol: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  if (host.startsWith('unix://') || host.startsWith('npipe://'))
    return { ...none, socketPath: host.replace(/^(?:unix|npipe):\/\//, '') } as Docker.DockerOptions; // undefined is unset
  const { protocol, hostname, port, username } = new URL(host.replace(/^tcp:/, 'http:'));
  if (host.startsWith('ssh:'))
    return {
      protocol: 'ssh',
      host: hostname,
      port: port === '' ? 22 : Number(port),
      ...(username !== '' && { username }),
    };
  const secure = protocol === 'https:' || certificates !== undefined;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 2376 : 2375) : Number(port),
    protocol: secure ? 'https' : 'http',
    ...(certificates !== undefined && {
      ca: readFileSync(join(certificates, 'ca.pem'), 'utf8'),
      cert: readFileSync(join(certificates, 'cert.pem'), 'utf8'),
      key: readFileSync(join(certificates, 'key.pem'), 'utf8'),
    }),
  };
}
