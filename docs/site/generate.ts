import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeApiReference } from './api-reference.ts';
import { writeConfigurationKeys } from './configuration-keys.ts';

const repository = resolve(import.meta.dirname, '../..');
const [api, keys] = [join(repository, 'docs/api'), join(repository, 'docs/.generated/keys')];

for (const folder of [api, keys]) rmSync(folder, { recursive: true, force: true });
await writeApiReference(repository, api);
await writeConfigurationKeys(repository, keys);
