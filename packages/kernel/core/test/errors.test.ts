import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as errors from '../src/errors/index.ts';

const { ConfigError, ERROR_CODES, LithopsError, StorageError, StorageNoSuchKeyError, TimeoutError, WorkerLostError } =
  errors;

describe('errors', () => {
  it('are all in the reference, and the reference names no other', () => {
    const reference = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const rows = [...reference.matchAll(/^\| `([A-Z_]+)`\s*\| (\w+)\s*\|/gm)].map(([, code, name]) => [code, name]);
    const classes = Object.keys(errors).filter(
      (name) => /^[A-Z]/.test(name) && name.endsWith('Error') && name !== 'LithopsError',
    );
    expect(rows.map(([code]) => code)).toEqual([...ERROR_CODES]);
    expect(rows.map(([, name]) => name).sort()).toEqual(classes.sort());
  });

  it('are told apart by class and code', () => {
    const error = new TimeoutError('too long', { phase: 'queued', hint: 'wait longer' });
    expect([error.name, error.code, error.phase, error.hint]).toEqual([
      'TimeoutError',
      'TIMED_OUT',
      'queued',
      'wait longer',
    ]);
    expect(error.message).toContain('wait longer');
    expect([
      error instanceof LithopsError,
      error instanceof ConfigError,
      LithopsError.is(error),
      LithopsError.is(new Error('x')),
    ]).toEqual([true, false, true, false]);
    expect(Object.keys(new ConfigError('wrong'))).not.toContain('name');
  });

  it('keep their kind across copies of the package', () => {
    const foreign = Object.assign(new Error('of another copy'), { code: 'STORAGE_NO_SUCH_KEY' });
    Object.defineProperty(foreign, Symbol.for('lithops.error'), {
      value: ['StorageNoSuchKeyError', 'StorageError', 'LithopsError'],
    });
    expect([
      foreign instanceof StorageNoSuchKeyError,
      foreign instanceof StorageError,
      foreign instanceof WorkerLostError,
    ]).toEqual([true, true, false]);
  });

  it("do not take a user's derived class for another", () => {
    class Mine extends TimeoutError {}
    expect([
      new Mine('x', { phase: 'wait' }) instanceof TimeoutError,
      new TimeoutError('x', { phase: 'wait' }) instanceof Mine,
    ]).toEqual([true, false]);
  });

  it('keep causes, and details of their kind', () => {
    const cause = new Error('deeper');
    expect(new StorageError('failed', { cause }).cause).toBe(cause);
    expect(new StorageNoSuchKeyError('b', 'k')).toMatchObject({ bucket: 'b', key: 'k', code: 'STORAGE_NO_SUCH_KEY' });
    expect(new WorkerLostError('died', { signal: 'SIGKILL', oom: true })).toMatchObject({
      signal: 'SIGKILL',
      oom: true,
    });
  });
});
