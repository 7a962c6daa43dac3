import type { NumericValueRef, TextMark } from 'vega';
import { COLORS } from './theme.ts';

/** A few words on a plot. */
export function note(text: string, x: NumericValueRef, y: NumericValueRef, align: 'left' | 'right'): TextMark {
  return {
    type: 'text',
    encode: {
      enter: {
        text: { value: text },
        x,
        y,
        align: { value: align },
        fill: { value: COLORS.faint },
        fontSize: { value: 11.5 },
      },
    },
  };
}
