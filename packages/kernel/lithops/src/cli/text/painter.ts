import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours text, where that can be seen. */
export type Painter = (style: Style, text: string) => string;

/** For a stream: colours on terminals that have them, unless NO_COLOR is set; elsewhere only if FORCE_COLOR asks for them. */
export function painterFor(stream: NodeJS.WriteStream = process.stdout): Painter {
  const force = process.env['FORCE_COLOR'];
  const forced = force !== undefined && force !== '0' && force !== 'false' && !process.env['NO_COLOR'];
  const colours = forced || (stream.isTTY === true && stream.hasColors());
  return colours ? (style, text) => styleText(style, text) : (_style, text) => text;
}
