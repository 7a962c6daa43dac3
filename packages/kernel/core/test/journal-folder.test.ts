import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newJournalPath } from '../src/journal/journal-folder.ts';

const DAY = 24 * 3600 * 1000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithops-journals-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(count: number, ageMs: number): void {
  for (let i = 0; i < count; i++) {
    const at = new Date(Date.now() - ageMs - i);
    const path = join(folder, `${at.getTime()}-abcdef-${i}.jsonl`);
    writeFileSync(path, '');
    utimesSync(path, at, at);
  }
}

it('keeps the newest two hundred journals, and those of the last day', () => {
  write(150, 0);
  write(150, 2 * DAY);
  for (let i = 0; i < 32; i++)
    writeFileSync(
      newJournalPath(folder, `new-${i}`, () => (31 - i) / 32),
      '',
    );
  const left = readdirSync(folder);
  expect(left.filter((name) => name.includes('new-'))).toHaveLength(32);
  expect(left.length).toBeGreaterThanOrEqual(200);
  expect(left.length).toBeLessThan(200 + 32);
});

it('is looked through now and then, and mostly not', () => {
  write(150, 0);
  write(150, 2 * DAY);
  newJournalPath(folder, 'new', () => 0.1);
  expect(readdirSync(folder)).toHaveLength(300);
  for (let i = 0; i < 1000; i++) newJournalPath(folder, `new-${i}`);
  expect(readdirSync(folder)).toHaveLength(200);
});

it('keeps all of the last day', () => {
  write(300, DAY / 2);
  for (let i = 0; i < 32; i++)
    writeFileSync(
      newJournalPath(folder, `new-${i}`, () => (31 - i) / 32),
      '',
    );
  expect(readdirSync(folder)).toHaveLength(332);
});
