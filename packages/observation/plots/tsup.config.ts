import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(defineTsup({ index: 'src/index.ts' }));
