import { memoryStorage } from '../src/index.ts';
import { testStoragePlugin } from '../src/runners/vitest.ts';

testStoragePlugin({ plugin: memoryStorage });
