import { startChildWorker } from './run/child-worker.ts';

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--child') startChildWorker();
else if (mode === '--http') {
  const { serveHttp } = await import('./http/serve-http.ts');
  await serveHttp();
} else if (mode === '--stdio') {
  const { startStdioSupervisor } = await import('./remote/stdio-supervisor.ts');
  startStdioSupervisor(rest);
} else if (mode === '--detached') {
  const { serveDetached } = await import('./detached/serve-detached.ts');
  await serveDetached();
} else if (mode === '--lambda') {
  const { serveLambda } = await import('./lambda/serve-lambda.ts');
  await serveLambda();
} else exitWithUsage();

function exitWithUsage(): never {
  process.stderr.write(
    'usage: node worker.mjs --child | --http | --detached | --lambda | --stdio [--processes=N] [--heap=MB] [--silence=SECONDS] [--direct]\n',
  );
  process.exit(64);
}
