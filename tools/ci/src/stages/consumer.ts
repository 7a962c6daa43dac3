import type { Stage } from '../check.ts';
import { inEmptyFolder, packEverything } from '../consumer/folder.ts';
import { npmApplication } from '../consumer/npm-application.ts';
import { pnpmApplication } from '../consumer/pnpm-application.ts';

/** As users have it: the packed packages, installed into empty folders by npm and by pnpm, in programs of every kind. */
export const consumer: Stage = {
  name: 'consumer',
  run: () =>
    inEmptyFolder(async (folder) => {
      const packed = await packEverything(folder);
      return [...(await pnpmApplication(folder, packed)), ...(await npmApplication(folder, packed))];
    }),
};
