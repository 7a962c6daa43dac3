import plugin from '@acme/lithops-launcher';
import { folderStorage } from '@lithops/testing';
import { testComputePlugin } from '@lithops/testing/node';

testComputePlugin({ plugin, config: { maxWorkers: 2 }, executor: { storage: folderStorage() } });
