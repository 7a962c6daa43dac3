import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import plugin from '../src/reference/folder-storage.ts';
import { testStoragePlugin } from '../src/runners/vitest.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-folder-storage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

testStoragePlugin({ plugin, config: { folder } });
