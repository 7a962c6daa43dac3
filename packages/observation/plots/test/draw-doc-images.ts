// Draws docs/images anew: node packages/observation/plots/test/draw-doc-images.ts
import { writeFileSync } from 'node:fs';
import { drawPlots } from '@lithops/plots';
import { docRuns } from './doc-runs.ts';

const images = { 'few-calls': docRuns.fewCalls, 'many-calls': docRuns.manyCalls };
for (const [name, run] of Object.entries(images)) {
  for (const plot of await drawPlots(run()))
    writeFileSync(new URL(`../../../../docs/images/${name}-${plot.name}.png`, import.meta.url), plot.png);
}
