import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open as openFile, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The floor: two Node processes, a socket pair each, eight bytes of head and then the payload. No errors, no order, no
// back pressure, one kind of value at a time: what is left of a pool when all that it promises is taken away.

const WORKER = new URL('./bare-worker.mjs', import.meta.url).pathname;
const WORKS = ['noop', 'bytes', 'spin', 'lengthOf', 'store'];

export function open(workers) {
  const processes = Array.from({ length: workers }, () => new BareProcess());
  let next = 0;
  const run = (work, argument) => processes[next++ % workers].run(WORKS.indexOf(work), argument);
  const map = (work, items) => {
    for (const process of processes) process.cork();
    const results = items.map((item) => run(work, item));
    for (const process of processes) process.uncork();
    return Promise.all(results);
  };
  return {
    run,
    map,
    captured: async (data, tasks) => {
      await Promise.all(processes.map((process) => process.run(WORKS.indexOf('store'), 0, data)));
      return map(
        'noop',
        Array.from({ length: tasks }, (_, i) => i),
      );
    },
    // What is to be done before it is, and what came of it before it is told: two files, each synced before and after it has
    // its name. Nothing else is made sure of.
    durable: async (work, items) => {
      durableFolder ??= mkdtempSync(join(tmpdir(), 'lithops-benchmark-durable-'));
      const folder = durableFolder;
      const [, results] = await Promise.all([writeDurable(folder, JSON.stringify(items)), map(work, items)]);
      await writeDurable(folder, JSON.stringify(results));
      return results;
    },
    close: () => {
      for (const process of processes) process.close();
    },
  };
}

let durableFolder;
let files = 0;
process.on('exit', () => durableFolder && rmSync(durableFolder, { recursive: true, force: true }));

async function writeDurable(folder, text) {
  const path = join(folder, `file-${files++}`);
  const file = await openFile(`${path}.part`, 'w');
  await file.write(text);
  await file.datasync();
  await file.close();
  await rename(`${path}.part`, path);
  const around = await openFile(folder);
  await around.sync();
  await around.close();
}

class BareProcess {
  #child = spawn(process.execPath, [WORKER], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  #socket = this.#child.stdio[3];
  #waiting = [];
  #head = 0;
  #rest = Buffer.alloc(0);
  #payload;
  #filled = 0;

  constructor() {
    this.#socket.on('data', (chunk) => this.#receive(chunk));
  }

  run(work, argument, data) {
    const message = Buffer.allocUnsafe(16);
    message.writeUInt32LE(work, 0);
    message.writeUInt32LE(data?.byteLength ?? 0, 4);
    message.writeDoubleLE(argument, 8);
    this.#socket.write(message);
    if (data !== undefined) this.#socket.write(data);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  cork() {
    this.#socket.cork();
  }

  uncork() {
    this.#socket.uncork();
  }

  close() {
    this.#socket.end();
  }

  #receive(chunk) {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = Buffer.alloc(0);
    }
    for (let at = 0; at < bytes.length; ) {
      if (this.#payload !== undefined) {
        const taken = Math.min(this.#payload.length - this.#filled, bytes.length - at);
        this.#payload.set(bytes.subarray(at, at + taken), this.#filled);
        this.#filled += taken;
        at += taken;
        if (this.#filled < this.#payload.length) continue;
        const payload = this.#payload;
        this.#payload = undefined;
        this.#answer(payload);
        continue;
      }
      if (bytes.length - at < 16) {
        this.#rest = Buffer.from(bytes.subarray(at));
        return;
      }
      const size = bytes.readUInt32LE(at + 4);
      const value = bytes.readDoubleLE(at + 8);
      at += 16;
      if (size === 0) this.#answer(value);
      else {
        this.#payload = Buffer.allocUnsafeSlow(size);
        this.#filled = 0;
      }
    }
  }

  #answer(value) {
    this.#waiting[this.#head++](value);
    if (this.#head < this.#waiting.length) return;
    this.#waiting = [];
    this.#head = 0;
  }
}
