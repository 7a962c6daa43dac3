export { picturePng } from './picture-png.ts';
export { terminalPicture } from './terminal-picture.ts';
export { startOnTerminal, type TerminalOptions, type TerminalSession } from './terminal-session.ts';
