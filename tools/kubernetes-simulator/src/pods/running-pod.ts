import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Container, Pod, PodStatus } from '../objects/core-objects.ts';
import { PODS } from '../objects/kinds.ts';
import { now, type ObjectStore } from '../objects/object-store.ts';
import { containerLog, terminationMessage } from './container-log.ts';
import { containerOptions } from './container-options.ts';
import { recordEvent } from './events.ts';
import { imageCredentials } from './image-credentials.ts';
import type { Images } from './images.ts';
import { mountedFiles } from './mounted-volumes.ts';
import { ContainerConfigError, containerEnvironment } from './pod-environment.ts';
import type { PodSettings } from './pod-runner.ts';
import { type ContainerState, podStatus } from './pod-status.ts';
import { isReady } from './probe.ts';
import { scheduled } from './scheduling.ts';

const LOOK_AGAIN_MS = 100;
const PROBE_MS = 50;
const LONGEST_RESTART_MS = 300_000;
const START_AGAIN_MS = 500;
const ALREADY_GONE = [304, 404, 409];

/** One pod, from its creation to its end: scheduled, its image pulled, its container run, probed and restarted. */
export class RunningPod {
  readonly #pod: Pod;
  readonly #store: ObjectStore;
  readonly #images: Images;
  readonly #settings: PodSettings;
  readonly #life = new AbortController();
  readonly #done: Promise<void>;
  #container: Docker.Container | undefined;
  #restarts = 0;
  #last: ContainerState | undefined;

  constructor(pod: Pod, store: ObjectStore, images: Images, settings: PodSettings) {
    this.#pod = pod;
    this.#store = store;
    this.#images = images;
    this.#settings = settings;
    this.#done = this.#run().catch((error: unknown) => {
      if (!this.#life.signal.aborted)
        this.#tell({ waiting: { reason: 'CreateContainerError', message: String(error) } });
    });
  }

  async kill(): Promise<void> {
    await this.#container?.kill({ signal: 'SIGKILL' }).catch(ignoreGone);
  }

  async log(tailLines: number | undefined): Promise<string> {
    return this.#container === undefined ? '' : containerLog(this.#container, tailLines);
  }

  /** Gives the container its grace period unless it is to end now. */
  async end(when: 'gracefully' | 'now'): Promise<void> {
    this.#life.abort();
    const seconds = this.#pod.spec.terminationGracePeriodSeconds ?? 30;
    const stopping = when === 'gracefully' ? this.#container?.stop({ t: seconds }) : this.#container?.kill();
    await stopping?.catch(ignoreGone);
    await this.#done;
    await this.#container?.remove({ force: true, v: true }).catch(ignoreGone);
  }

  async #run(): Promise<void> {
    const [container] = this.#pod.spec.containers;
    const { signal } = this.#life;
    if (container === undefined || !(await this.#schedule())) return;
    await this.#pull(container);
    for (
      let wait = 0;
      !signal.aborted;
      wait = Math.min(Math.max(wait * 2, this.#settings.restartMs), LONGEST_RESTART_MS)
    ) {
      if (wait > 0) await delay(wait, undefined, { signal });
      const state = await this.#runOnce(container);
      if (signal.aborted) return;
      const { exitCode = 0 } = state.terminated ?? {};
      const policy = this.#pod.spec.restartPolicy ?? 'Always';
      if (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) return this.#tell(state, 'ended');
      this.#last = state;
      this.#tell(state);
      this.#restarts += 1;
      if (wait > 0) this.#tell({ waiting: this.#backOff(container) });
    }
  }

  async #schedule(): Promise<boolean> {
    for (
      let told = '';
      !this.#life.signal.aborted;
      await delay(LOOK_AGAIN_MS, undefined, { signal: this.#life.signal })
    ) {
      const stored = this.#stored();
      if (stored === undefined) return false;
      const found = scheduled(this.#store, stored);
      if ('node' in found) {
        this.#store.replace(PODS, { ...stored, spec: { ...stored.spec, nodeName: found.node.metadata.name } });
        this.#tell({ waiting: { reason: 'ContainerCreating' } });
        return true;
      }
      if (found.message === told) continue;
      told = found.message;
      recordEvent(this.#store, stored, 'Warning', 'FailedScheduling', found.message, 'default-scheduler');
      this.#set(podStatus(stored, undefined, { unschedulable: found.message }));
    }
    return false;
  }

  async #pull(container: Container): Promise<void> {
    const { image = '' } = container;
    const { signal } = this.#life;
    for (let wait = this.#settings.restartMs; ; wait = Math.min(wait * 2, LONGEST_RESTART_MS)) {
      try {
        const { namespace = '' } = this.#pod.metadata;
        await this.#images.pull(image, imageCredentials(this.#store, namespace, this.#pod.spec, image));
        return;
      } catch (error) {
        const message = `failed to pull and unpack image "${image}": ${textOf(error)}`;
        recordEvent(
          this.#store,
          this.#pod,
          'Warning',
          'Failed',
          `Failed to pull image "${image}": ${message}`,
          'kubelet',
        );
        this.#tell({ waiting: { reason: 'ErrImagePull', message } });
        await delay(wait / 2, undefined, { signal });
        this.#tell({ waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } });
        await delay(wait / 2, undefined, { signal });
      }
    }
  }

  /** How its container ended. */
  async #runOnce(spec: Container): Promise<ContainerState> {
    const container = await this.#create(spec);
    const startedAt = now();
    try {
      await container.start();
    } catch (error) {
      // What is wrong with the container is its end; a network that could not be set up, or such, is tried again.
      if (statusOf(error) >= 500) return this.#startAgain(spec, error);
      const terminated = { exitCode: 128, reason: 'StartError', message: textOf(error), startedAt, finishedAt: now() };
      return { terminated };
    }
    if (this.#life.signal.aborted) await container.kill().catch(ignoreGone);
    const { NetworkSettings } = await container.inspect();
    const address = NetworkSettings.Networks['bridge']?.IPAddress ?? '';
    this.#tell({ running: { startedAt } }, 'starting', address);
    const ended = container.wait() as Promise<{ readonly StatusCode: number }>; // of the engine's API
    void this.#untilReady(spec, address, startedAt, ended);
    const { StatusCode: exitCode } = await ended;
    this.#tell({ running: { startedAt } }); // no more requests; the rest takes a moment to find out
    const { State } = await container.inspect();
    const reason = State.OOMKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
    const message = exitCode === 0 ? '' : await terminationMessage(container);
    return { terminated: { exitCode, reason, message, startedAt, finishedAt: now() } };
  }

  async #startAgain(spec: Container, error: unknown): Promise<ContainerState> {
    const message = `Failed to create pod sandbox: ${textOf(error)}`;
    recordEvent(this.#store, this.#pod, 'Warning', 'FailedCreatePodSandBox', message, 'kubelet');
    this.#tell({ waiting: { reason: 'ContainerCreating' } });
    await delay(START_AGAIN_MS, undefined, { signal: this.#life.signal });
    return this.#runOnce(spec);
  }

  /** Tries until it can be made: what its pod refers to may come later. */
  async #create(spec: Container): Promise<Docker.Container> {
    const { namespace = '' } = this.#pod.metadata;
    const { docker, cluster } = this.#settings;
    for (let told = ''; ; await delay(LOOK_AGAIN_MS, undefined, { signal: this.#life.signal })) {
      try {
        const environment = containerEnvironment(this.#store, namespace, spec);
        const files = await mountedFiles(this.#store, this.#pod, spec);
        await this.#assertUser(spec);
        await this.#container?.remove({ force: true, v: true }).catch(ignoreGone);
        const container = await docker.createContainer(containerOptions(this.#pod, spec, environment, cluster));
        this.#container = container;
        if (files !== undefined) await container.putArchive(files, { path: '/' });
        return container;
      } catch (error) {
        const reason = error instanceof ContainerConfigError ? 'CreateContainerConfigError' : 'CreateContainerError';
        const message = textOf(error);
        if (message !== told) this.#tell({ waiting: { reason, message } });
        told = message;
      }
    }
  }

  /** @throws ContainerConfigError when it may not run as root, and would, or might: names of users say nothing. */
  async #assertUser({ image = '', securityContext }: Container): Promise<void> {
    const { runAsNonRoot = false, runAsUser } = { ...this.#pod.spec.securityContext, ...securityContext };
    if (!runAsNonRoot) return;
    const { Config } = await this.#settings.docker.getImage(image).inspect();
    const user = runAsUser === undefined ? Config.User.split(':')[0] || '0' : String(runAsUser);
    if (user === '0') throw new ContainerConfigError('container has runAsNonRoot and image will run as root');
    if (!/^\d+$/.test(user))
      throw new ContainerConfigError(
        `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root`,
      );
  }

  async #untilReady(spec: Container, address: string, startedAt: string, ended: Promise<unknown>): Promise<void> {
    let over = false;
    void ended.then(() => {
      over = true;
    });
    const port = spec.ports?.[0]?.containerPort ?? 8080;
    while (!over && !this.#life.signal.aborted) {
      if ((await isReady(spec, address, port)) && !over)
        return this.#tell({ running: { startedAt } }, 'ready', address);
      await delay(PROBE_MS);
    }
  }

  #backOff(container: Container): { reason: string; message: string } {
    const pod = `${this.#pod.metadata.name}_${this.#pod.metadata.namespace}`;
    return { reason: 'CrashLoopBackOff', message: `back-off restarting failed container=${container.name} pod=${pod}` };
  }

  #tell(state: ContainerState, phase: 'starting' | 'ready' | 'ended' = 'starting', address?: string): void {
    const stored = this.#stored();
    if (stored === undefined) return;
    const facts = { phase, address, restarts: this.#restarts, last: this.#last };
    this.#set(podStatus(stored, state, facts));
  }

  #set(status: PodStatus): void {
    if (!this.#life.signal.aborted) this.#store.setStatus(PODS, this.#pod, status);
  }

  #stored(): Pod | undefined {
    return this.#store.find(PODS, this.#pod.metadata.namespace ?? '', this.#pod.metadata.name);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of an error of the engine; zero for others. */
function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
}

function ignoreGone(error: unknown): void {
  if (!ALREADY_GONE.includes(statusOf(error))) throw error;
}
