import { commandCheck, type Stage } from '../check.ts';

export const build: Stage = {
  name: 'build',
  run: () => [commandCheck('every package builds', 'pnpm', ['build'])],
};
