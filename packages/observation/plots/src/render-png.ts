import { createRequire } from 'node:module';
import { renderAsync } from '@resvg/resvg-js';
import { FONT } from './theme.ts';

const { resolve } = createRequire(import.meta.url);

/** Files of the font that plots are set in, so that they look the same on machines that have none. */
const FONT_FILES = ['400Regular/Inter_400Regular', '600SemiBold/Inter_600SemiBold'];
/** Beyond Latin, Greek, Cyrillic and signs: scripts that the font above lacks. */
const OTHER_SCRIPTS = /[\u0530-\u1dff\u2300-\uffff]/;

/** A raster image of an SVG, twice its size. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const image = await renderAsync(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: 2 },
    font: {
      fontFiles: FONT_FILES.map((file) => resolve(`@expo-google-fonts/inter/${file}.ttf`)),
      loadSystemFonts: OTHER_SCRIPTS.test(svg),
      defaultFontFamily: FONT,
      sansSerifFamily: FONT,
    },
  });
  return image.asPng();
}
