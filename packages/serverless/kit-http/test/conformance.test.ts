import { registry } from '@lithops/core';
import type { ComputePlugin } from '@lithops/core/plugin';
import { testComputePlugin } from '@lithops/testing/vitest';
import { httpCompute } from './http-compute.ts';

// Executors inside tasks find the backend by its name.
registry.register(httpCompute as ComputePlugin);

testComputePlugin({ plugin: httpCompute as ComputePlugin, config: {} });
