export { type GcsSimulator, startGcsSimulator } from './start-gcs-simulator.ts';
