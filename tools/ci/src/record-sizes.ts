import { recordSizes, sizeOf } from './package-sizes.ts';
import { packAll } from './tarballs.ts';
import { unpacked } from './unpacked.ts';

// Of packages as they were built last; 'pnpm verify build packages' builds them.
const tarballs = await packAll();
recordSizes(
  Object.fromEntries(tarballs.map(({ name, file }) => [name, unpacked(file, (folder) => sizeOf(file, folder))])),
);
