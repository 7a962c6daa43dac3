import { startChildWorker } from './run/child-worker.ts';

// Of the worker's one file, `main.ts`, the mode that most processes have: half as much to read and compile.
startChildWorker();
