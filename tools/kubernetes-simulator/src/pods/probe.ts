import { request } from 'node:http';
import { connect } from 'node:net';
import type { Container } from '../objects/core-objects.ts';

const PROBE_TIMEOUT_MS = 1_000;

/** Whether a container is ready by its own probe; one without a probe is. */
export async function isReady(container: Container, address: string, port: number): Promise<boolean> {
  const probe = container.readinessProbe;
  if (probe === undefined) return true;
  const portOf = (given: unknown) => (typeof given === 'number' && given > 0 ? given : port);
  const timeout = (probe.timeoutSeconds ?? 0) > 0 ? (probe.timeoutSeconds ?? 1) * 1000 : PROBE_TIMEOUT_MS;
  if (probe.httpGet !== undefined)
    return httpAnswers(address, portOf(probe.httpGet.port), probe.httpGet.path ?? '/', timeout);
  return connects(address, portOf(probe.tcpSocket?.port), timeout);
}

function connects(host: string, port: number, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout });
    const told = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', told(true)).once('error', told(false)).once('timeout', told(false));
  });
}

function httpAnswers(host: string, port: number, path: string, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { 'user-agent': 'kube-probe/1.34', 'K-Kubelet-Probe': 'queue' };
    const asked = request({ host, port, path, timeout, headers, agent: false }, (response) => {
      response.resume();
      const { statusCode = 500 } = response;
      resolve(statusCode >= 200 && statusCode < 400);
    });
    asked.once('error', () => resolve(false)).once('timeout', () => asked.destroy());
    asked.end();
  });
}
