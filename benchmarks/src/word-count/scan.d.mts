export interface Count {
  words: number;
  lines: number;
  bytes: number;
  inside: boolean;
}
export function emptyCount(): Count;
export function scan(count: Count, chunk: Uint8Array): void;
