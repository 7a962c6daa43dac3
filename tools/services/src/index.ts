export { type AzuriteServer, startAzurite } from './azurite.ts';
export { type Certificate, type CertificateFiles, makeCertificate } from './certificate.ts';
export { type CertificateAuthority, makeCertificateAuthority } from './certificate-authority.ts';
export { type ChromiumLaunch, installChromium } from './chromium.ts';
export { type DockerEngine, startDockerEngine, startOwnDockerEngine } from './docker-engine.ts';
export { buildImage, buildNodeImage, docker, type ImageRecipe } from './docker-images.ts';
export { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
export { FaultList } from './fault-list.ts';
export {
  type FaultyHttpProxy,
  type HttpFault,
  type ProxiedRequest,
  startFaultyHttpProxy,
} from './faulty-http-proxy.ts';

export { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';
export { installKubectl } from './kubectl.ts';
export { type MotoServer, startMoto } from './moto.ts';
export { startPushgateway } from './pushgateway.ts';
export { type BrokerUser, type RabbitMqServer, startRabbitMq } from './rabbitmq.ts';
export { type RedisServer, startRedis } from './redis.ts';
export { requiredMembers } from './required-members.ts';
export { freePort, type Service, startServiceProcess } from './service-process.ts';
export { buildSshMachineImage } from './ssh-machine-image.ts';
export {
  ownerLabel,
  removeLeftovers,
  type SshMachine,
  type SshMachines,
  type SshMachinesOptions,
  startSshMachines,
} from './ssh-machines.ts';
