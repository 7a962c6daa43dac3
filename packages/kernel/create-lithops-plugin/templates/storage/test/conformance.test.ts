import { testStoragePlugin } from '@lithops/testing/node';
import plugin from '../src/index.ts';

testStoragePlugin({ plugin });
