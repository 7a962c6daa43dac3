import { startChildWorker } from './run/child-worker.ts';

const [mode] = process.argv.slice(2);
if (mode === '--child') startChildWorker();
else {
  process.stderr.write('usage: node worker.mjs --child\n');
  process.exit(64);
}
