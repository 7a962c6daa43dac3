#!/usr/bin/env node
// Stands between a client and its worker process, and damages what passes: frames are dropped, doubled, swapped, cut or
// filled with noise, or the worker starts late. Which ones, CHAOS_FAULTS and CHAOS_SEED say. Everything else is the real worker.
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';

const rates = JSON.parse(process.env.CHAOS_FAULTS ?? '{}');
let state = (Number(process.env.CHAOS_SEED ?? 1) + process.pid) >>> 0;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const happens = (fault) => random() < (rates[fault] ?? 0);

const delay = happens('slowStart') ? 800 : 0;
setTimeout(() => {
  const child = spawn(process.execPath, process.argv.slice(2), {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe', 5],
  });
  relay(createReadStream('', { fd: 3 }), child.stdio[3]);
  relay(child.stdio[4], createWriteStream('', { fd: 4 }));
  child.on('exit', (code, signal) => {
    if (signal !== null) process.kill(process.pid, signal);
    // What is on its way gets through first.
    else setTimeout(() => process.exit(code ?? 1), 30);
  });
  process.on('SIGINT', () => {});
}, delay);

/** Passes frames on (u32 length, then that many bytes), with faults. */
function relay(from, to) {
  let rest = Buffer.alloc(0);
  let held;
  let passed = 0;
  from.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
      const end = 4 + rest.readUInt32LE(0);
      const frame = rest.subarray(0, end);
      rest = rest.subarray(end);
      // The handshake is left alone: without it nothing would ever be tried.
      if (passed++ < 1) to.write(frame);
      else damage(frame);
    }
  });
  from.on('end', () => to.end());
  from.on('error', () => to.end());
  to.on('error', () => process.exit(0));

  function damage(frame) {
    if (held !== undefined) {
      to.write(frame);
      to.write(held);
      held = undefined;
    } else if (happens('drop')) return;
    else if (happens('double')) to.write(Buffer.concat([frame, frame]));
    else if (happens('swap')) held = frame;
    else if (happens('cut')) to.write(frame.subarray(0, Math.max(1, Math.floor(frame.length * random()))));
    else if (happens('noise')) to.write(Buffer.from(readFileSync('/proc/self/stat')));
    else to.write(frame);
  }
}
