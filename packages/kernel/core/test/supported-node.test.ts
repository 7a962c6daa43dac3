import { describe, expect, it } from 'vitest';
import { assertSupportedNode } from '../src/supported-node.ts';

describe('the version of Node', () => {
  it.each(['22.12.0', '22.20.1', '24.0.0', '26.1.0'])('%s will do', (version) => {
    expect(() => assertSupportedNode(version)).not.toThrow();
  });

  it.each(['18.20.0', '20.20.2', '22.11.0'])('%s is refused', (version) => {
    expect(() => assertSupportedNode(version)).toThrow(`needs Node 22.12 or later; this is ${version}`);
  });
});
