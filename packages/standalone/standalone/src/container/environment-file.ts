import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeWhole } from '../master/write-whole.ts';
import type { PreparedEnvironment } from '../protocol/container-environment.ts';
import { folderLayout } from '../protocol/folder-layout.ts';

export function writeEnvironment(base: string, name: string, environment: PreparedEnvironment): void {
  const file = folderLayout(base).environment(name);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeWhole(file, JSON.stringify(environment));
}

/** @throws when it was not prepared here */
export function readEnvironment(base: string, name: string): PreparedEnvironment {
  return JSON.parse(readFileSync(folderLayout(base).environment(name), 'utf8')) as PreparedEnvironment; // as we wrote it
}
