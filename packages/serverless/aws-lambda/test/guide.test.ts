import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lambdaConfig } from '../src/config.ts';
import { workerPolicy } from '../src/deploy/execution-role.ts';
import { withDefaults } from '../src/settings.ts';

const guide = readFileSync(new URL('../../../../docs/backends/aws-lambda.md', import.meta.url), 'utf8');
const source = new URL('../src/', import.meta.url);

/** Where actions are not called as their operations are. */
const ACTIONS: Readonly<Record<string, string>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  'lambda:InvokeWithResponseStream': 'lambda:InvokeFunction',
};
const SERVICES: Readonly<Record<string, string>> = { 'cloudwatch-logs': 'logs' };

it('is described key by key in its guide, and no other key is', () => {
  const [, table = ''] = /## Keys\n(.*?)\n## /s.exec(guide) ?? [];
  const described = [...table.matchAll(/^\| (.+?) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z_]+)`/g)].map(([, key = '']) => key),
  );
  const keys = Object.keys(lambdaConfig.shape).map((key) =>
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
  expect(described.sort()).toEqual(keys.sort());
});

it('names every right that what it asks of AWS needs, and the rights of the role that it makes', () => {
  const policies: { Statement: unknown[] }[] = [...guide.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) =>
    JSON.parse(json),
  );
  expect(policies[1]).toEqual(workerPolicy(withDefaults({})));
  const needed = new Set<string>();
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(new URL(name, source), 'utf8');
    const [, service = ''] = /'@aws-sdk\/client-([\w-]+)'/.exec(text) ?? [];
    const operations = [...text.matchAll(/new (\w+)Command\(|paginate(\w+)\(/g)].map(
      ([, sent, paged]) => sent ?? paged,
    );
    for (const operation of operations) {
      const action = `${SERVICES[service] ?? service}:${operation}`;
      needed.add(ACTIONS[action] ?? action);
    }
  }
  expect(needed.size).toBeGreaterThan(15);
  expect([...needed].filter((action) => !guide.includes(action))).toEqual([]);
});
