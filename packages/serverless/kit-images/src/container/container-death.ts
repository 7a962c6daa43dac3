import { WorkerLostError } from '@lithops/core/plugin';
import type Docker from 'dockerode';
import { type Engine, engineError } from '../engine/index.ts';

/** How long the engine may take to tell that a container has ended, in ms. */
const PATIENCE_MS = 3000;
const ASK_AGAIN_MS = 100;

/** What the engine tells of a container that is gone, or soon will be. */
interface ContainerEnd {
  readonly exitCode: number | undefined;
  readonly oom: boolean;
  /** The signal that somebody sent, where it was sent with the engine. */
  readonly killedWith: string | undefined;
}

interface EngineEvent {
  readonly Action?: string;
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> };
}

/**
 * Why a container ended: told from the events that the engine remembers, for the container itself is removed at once.
 * @param stderr What it last wrote there.
 */
export async function containerDeath(
  engine: Engine,
  container: Docker.Container,
  { since, stderr, image }: { readonly since: number; readonly stderr: string; readonly image: string },
): Promise<Error> {
  const where = `container ${container.id.slice(0, 12)} of ${image}`;
  let end: ContainerEnd | undefined;
  try {
    end = await endOf(engine.docker, container, since);
  } catch (error) {
    const why = engineError(error, `${where} was lost`, engine.address);
    return new WorkerLostError(why.message, { cause: error });
  }
  return new WorkerLostError(`${where} ${howItEnded(end)}${said(stderr)}`, {
    ...(end?.exitCode !== undefined && !isKill(end) && { exitCode: end.exitCode }),
    ...(end !== undefined && isKill(end) && { signal: end.killedWith ?? 'SIGKILL' }),
    oom: end?.oom === true,
    ...(end?.oom === true && { hint: 'give it more: memory, or fewer worker_processes' }),
  });
}

function isKill({ exitCode, killedWith, oom }: ContainerEnd): boolean {
  return oom || killedWith !== undefined || exitCode === 137;
}

function howItEnded(end: ContainerEnd | undefined): string {
  if (end === undefined) return 'lost its connection, though the engine does not tell that it has ended';
  if (end.oom) return 'ran out of memory';
  if (end.killedWith !== undefined) return `was killed with ${end.killedWith}`;
  if (end.exitCode === 137) return 'was killed';
  return `ended with exit code ${end.exitCode ?? 'unknown'}`;
}

function said(stderr: string): string {
  const text = stderr.trim();
  return text === '' ? '' : `; it last wrote: ${text.split('\n').slice(-3).join(' / ')}`;
}

async function endOf(docker: Docker, container: Docker.Container, since: number): Promise<ContainerEnd | undefined> {
  const last = performance.now() + PATIENCE_MS;
  for (;;) {
    const events = await eventsOf(docker, container.id, since);
    const died = events.find(({ Action }) => Action === 'die' || Action === 'died');
    if (died !== undefined) return summarize(events, died);
    if (performance.now() > last) return undefined;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

function summarize(events: readonly EngineEvent[], died: EngineEvent): ContainerEnd {
  const attributes = died.Actor?.Attributes ?? {};
  const code = attributes['exitCode'] ?? attributes['containerExitCode'];
  const kill = events.find(({ Action }) => Action === 'kill');
  const exitCode = code === undefined ? undefined : Number(code);
  return {
    exitCode,
    // It is also told of a single process that was killed while the others went on.
    oom: events.some(({ Action }) => Action === 'oom') && exitCode === 137 && kill === undefined,
    killedWith: signalName(kill?.Actor?.Attributes?.['signal']),
  };
}

function signalName(number: string | undefined): string | undefined {
  if (number === undefined) return undefined;
  const names: Readonly<Record<string, string>> = { 2: 'SIGINT', 9: 'SIGKILL', 15: 'SIGTERM' };
  return names[number] ?? (number.startsWith('SIG') ? number : `signal ${number}`);
}

/** What has happened to it until now. */
async function eventsOf(docker: Docker, id: string, since: number): Promise<EngineEvent[]> {
  const stream = await docker.getEvents({
    since: Math.floor(since / 1000),
    until: Math.ceil(Date.now() / 1000),
    filters: JSON.stringify({ container: [id] }),
  } as Docker.GetEventsOptions); // its types want a map
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as EngineEvent])); // by the engine's API
}
