import { startChildWorker } from './run/child-worker.ts';

const [mode] = process.argv.slice(2);
if (mode === '--child') startChildWorker();
else if (mode === '--http') {
  const { serveHttp } = await import('./http/serve-http.ts');
  await serveHttp();
} else {
  process.stderr.write('usage: node worker.mjs --child | --http\n');
  process.exit(64);
}
