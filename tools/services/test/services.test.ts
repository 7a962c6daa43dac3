import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startAzurite, startMoto, startRabbitMq, startRedis } from '../src/index.ts';

/** Installing and building come on top the first time. */
const FIRST_START_MS = 240_000;

describe('services', { timeout: FIRST_START_MS }, () => {
  it('Redis answers those who know its password, and ends when it is disposed', async () => {
    const redis = await startRedis();
    try {
      expect(await redisSays(redis.port, 'PING\r\n')).toMatch(/^-NOAUTH/);
      expect(await redisSays(redis.port, `AUTH ${redis.password}\r\nPING\r\n`)).toBe('+OK\r\n+PONG\r\n');
    } finally {
      await redis[Symbol.asyncDispose]();
    }
    expect(await listens(redis.port)).toBe(false);
  });

  it('end with the process that started them, also when that is killed', async () => {
    const program = `
      import { startRedis } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      console.log((await startRedis()).port);
      setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await once(starter.stdout, 'data');
    const port = Number(String(printed));
    expect(await listens(port)).toBe(true);
    starter.kill('SIGKILL');
    for (let waited = 0; (await listens(port)) && waited < 10_000; waited += 50) await delay(50);
    expect(await listens(port)).toBe(false);
  });

  it('RabbitMQ speaks its protocol, listens on loopback only, and leaves nothing when it is disposed', async () => {
    const rabbit = await startRabbitMq();
    try {
      // It answers a version that it does not speak with the one that it does.
      expect(await answerTo(rabbit.port, 'AMQP\0\0\x08\x00')).toBe('AMQP\0\0\t\x01');
      expect(await rabbit.queues()).toEqual([]);
    } finally {
      await rabbit[Symbol.asyncDispose]();
    }
    expect(await listens(rabbit.port)).toBe(false);
  });

  it('Azurite refuses a request without a signature as Azure does', async () => {
    await using azurite = await startAzurite();
    const response = await fetch(`${azurite.blobEndpoint}?comp=list`);
    expect(response.status).toBe(403);
    expect(response.headers.get('x-ms-error-code')).toBe('AuthorizationFailure');
    await response.body?.cancel();
  });

  it('moto keeps a bucket', async () => {
    await using moto = await startMoto();
    expect((await fetch(`${moto.endpoint}/a-bucket`, { method: 'PUT' })).status).toBe(200);
    expect(await (await fetch(`${moto.endpoint}/`)).text()).toContain('<Name>a-bucket</Name>');
  });
});

function redisSays(port: number, commands: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
    socket.write(`${commands}QUIT\r\n`);
    // The answer to QUIT itself is of no interest.
  }).then((answer) => String(answer).replace(/\+OK\r\n$/, ''));
}

function answerTo(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    // A server that does not read on resets the connection behind its answer.
    socket.on('error', (error) => answer === '' && reject(error)).on('close', () => resolve(answer));
    socket.write(request);
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
