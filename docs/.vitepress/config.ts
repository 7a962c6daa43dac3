import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';

const docs = resolve(import.meta.dirname, '..');

const REFERENCE = [
  'configuration',
  'cli',
  'errors',
  'data-processing',
  'reliability',
  'images',
  'security',
  'statistics',
  'troubleshooting',
];

const ORDER = [
  'guide/quick-start',
  'guide/execution-modes',
  'guide/closures',
  'guide/errors-and-retries',
  'guide/progress-and-logs',
  'guide/dashboard',
  'guide/costs',
  'backends/localhost',
  'backends/docker',
  'migrating/from-python-lithops',
];

/** Of pages that are another file. */
const TITLES: Readonly<Record<string, string>> = {
  'backends/localhost': 'Processes on this machine',
  'backends/docker': 'Containers on this machine',
  'backends/aws-lambda': 'AWS Lambda',
  'modes/aws-ec2': 'Amazon EC2',
  'backends/knative': 'Knative',
  'modes/standalone': 'Machines over SSH',
  'modes/vm-providers': 'Virtual machines',
  'modes/ibm-vpc': 'IBM Cloud VPC',
  'storages/aws-s3': 'Amazon S3',
  'storages/azure-storage': 'Azure Blob Storage',
  'storages/ceph': 'Ceph',
  'storages/gcp-storage': 'Google Cloud Storage',
  'storages/ibm-cos': 'IBM Cloud Object Storage',
  'storages/minio': 'MinIO',
  'storages/redis': 'Redis',
  'storages/rabbitmq': 'RabbitMQ, for word of detached tasks',
};

/** Links from pages into the repository, which are no pages of this site. */
const REPOSITORY_LINK =
  /(?:^|\/)(?:README|CONTRIBUTING|LICENSE)|^(?:\.\.?\/)+(?:examples|packages|benchmarks|tools)(?:\/|$)/;

export default defineConfig({
  title: 'Lithops',
  description: 'Run your own TypeScript and JavaScript functions over a lot of data, anywhere.',
  lang: 'en',
  cleanUrls: true,
  lastUpdated: false,
  srcExclude: ['**/node_modules/**', '.generated/**', 'site/**'],
  ignoreDeadLinks: [REPOSITORY_LINK],
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/quick-start' },
      { text: 'Backends', link: '/backends/aws-lambda' },
      { text: 'API', link: '/api/' },
    ],
    outline: [2, 3],
    sidebar: [
      { text: 'Guide', items: pages('guide') },
      { text: 'Reference', items: named(REFERENCE) },
      { text: 'Where tasks run', items: [...pages('backends'), ...pages('modes')] },
      { text: 'Storages', items: pages('storages'), collapsed: true },
      { text: 'Coming from', items: pages('migrating') },
      { text: 'How it works', items: [...named(['architecture', 'benchmarks']), ...pages('decisions', 'Decisions')] },
    ],
  },
});

/** The pages of a folder: those of `ORDER` first; below one heading where that is given. */
function pages(folder: string, heading?: string): DefaultTheme.SidebarItem[] {
  const names = globSync('*.md', { cwd: join(docs, folder) }).map((file) => `${folder}/${file.slice(0, -3)}`);
  const rank = (name: string) => (ORDER.indexOf(name) + 1 || ORDER.length + 1) * 1000 + names.indexOf(name);
  const items = names
    .sort()
    .toSorted((a, b) => rank(a) - rank(b))
    .map(item);
  return heading === undefined ? items : [{ text: heading, items, collapsed: true }];
}

function named(names: readonly string[]): DefaultTheme.SidebarItem[] {
  return names.filter((name) => existsSync(join(docs, `${name}.md`))).map(item);
}

function item(name: string): { readonly text: string; readonly link: string } {
  const [, title = name] = /^# (.+)$/m.exec(textOf(name)) ?? [];
  return { text: TITLES[name] ?? title.replaceAll('`', ''), link: `/${name}` };
}

function textOf(name: string): string {
  return readFileSync(join(docs, `${name}.md`), 'utf8');
}
