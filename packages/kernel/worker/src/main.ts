import { startChildWorker } from './run/child-worker.ts';

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--child') startChildWorker();
else if (mode === '--http') {
  const { serveHttp } = await import('./http/serve-http.ts');
  await serveHttp();
} else if (mode === '--stdio') {
  const { startStdioSupervisor } = await import('./remote/stdio-supervisor.ts');
  startStdioSupervisor(rest);
} else exitWithUsage();

function exitWithUsage(): never {
  process.stderr.write('usage: node worker.mjs --child | --http | --stdio [--processes=N] [--heap=MB]\n');
  process.exit(64);
}
