import { commandCheck, type Stage } from '../check.ts';

export const types: Stage = {
  name: 'types',
  run: () => [commandCheck('every package type-checks', 'pnpm', ['typecheck'])],
};
