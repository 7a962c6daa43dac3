import { parse, type Spec, View } from 'vega';
import { CONFIG } from './theme.ts';

/** Draws a specification. Nothing is loaded from anywhere: data and styles are in it. */
export async function renderSvg(spec: Spec): Promise<string> {
  const view = new View(parse(spec, CONFIG), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
