import { folderStorage } from '@lithops/testing';
import { testComputePlugin } from '@lithops/testing/node';
import plugin from '../src/index.ts';

testComputePlugin({ plugin, config: { maxWorkers: 2 }, executor: { storage: folderStorage() } });
