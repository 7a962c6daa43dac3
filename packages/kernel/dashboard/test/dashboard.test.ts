import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installChromium } from '@lithops-tools/services';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, startDashboard } from '../src/index.ts';
import { UserProgram } from './user-program.ts';

/** Machines are busy at times. */
const PATIENCE_MS = 30_000;

let program: UserProgram;
let dashboard: Dashboard;
let browser: Browser;
const faults: string[] = [];

beforeAll(async () => {
  program = new UserProgram();
  const launch = await installChromium();
  [browser, dashboard] = await Promise.all([
    chromium.launch(launch),
    startDashboard({ folder: program.journals }),
    program.ready(),
  ]);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await dashboard?.[Symbol.asyncDispose]();
  await program?.[Symbol.asyncDispose]();
});

interface View {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** As patient as the browser. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: PATIENCE_MS });
}

/** A page with the list of jobs; what goes wrong in it fails the tests. */
async function opened({ width = 1280, height = 640, colorScheme = 'light' }: View = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(dashboard.url);
  return page;
}

async function openJob(page: Page, name: string): Promise<void> {
  await page.locator('.job', { hasText: name }).first().click();
  await page.locator('#job-name', { hasText: name }).waitFor();
}

/** For the guide: written only when asked for, so that a test run changes no files. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder =
    process.env['LITHOPS_SCREENSHOTS'] === 'yes' ? new URL('../../../../docs/images/', import.meta.url) : undefined;
  const path = folder === undefined ? join(program.folder, name) : fileURLToPath(new URL(name, folder));
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const picture = await page.screenshot({ path });
  expect(picture.length).toBeGreaterThan(10_000);
}

async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(); // what was just put there
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
  expect(found).toEqual([]);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request({ host: '127.0.0.1', port: dashboard.port, path, method, headers, agent: false }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
  })
    .on('error', reject)
    .end();
  return promise;
}

async function cookie(): Promise<string> {
  const { pathname, search } = new URL(dashboard.url);
  const { headers } = await ask(`${pathname}${search}`);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

describe('who may see the dashboard', { timeout: 2 * PATIENCE_MS }, () => {
  it('is who has the token, and then the cookie that scripts and other sites do not get', async () => {
    const { pathname, search } = new URL(dashboard.url);
    const shown = await ask(`${pathname}${search}`);
    expect(shown.status).toBe(200);
    expect(shown.headers['set-cookie']?.[0]).toMatch(
      /^lithops_dashboard_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    expect(shown.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    expect(shown.headers['referrer-policy']).toBe('no-referrer');
    expect(shown.body).not.toContain(search.slice('?token='.length));
    for (const path of [
      '/',
      '/?token=',
      `/?token=${'A'.repeat(43)}`,
      `${search.slice(0, -1)}`.replace('?', '/?'),
      '/dashboard.js',
      '/api/events',
      `/api/jobs/a/b${search}`,
    ]) {
      const refused = await ask(path, { cookie: `lithops_dashboard_${dashboard.port}=${'A'.repeat(43)}` });
      expect([path, refused.status, refused.headers['set-cookie']]).toEqual([path, 401, undefined]);
    }
    expect((await ask('/', { cookie: await cookie() })).status).toBe(200);
  });

  it('is nobody who came by another name, from another page, or to change something', async () => {
    const headers = { cookie: await cookie() };
    for (const host of [
      'evil.example',
      `evil.example:${dashboard.port}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
    ])
      expect([host, (await ask('/', { ...headers, host })).status]).toEqual([host, 403]);
    for (const host of [`localhost:${dashboard.port}`, '127.0.0.1:9000'])
      expect([host, (await ask('/', { ...headers, host })).status]).toEqual([host, 200]);
    for (const site of ['cross-site', 'same-site'])
      expect((await ask('/api/events', { ...headers, 'sec-fetch-site': site })).status).toBe(403);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await ask('/', headers, method)).status).toBe(405);
  });

  it('gets what there is, and for everything else a reason', async () => {
    const headers = { cookie: await cookie() };
    const status = async (path: string) => (await ask(path, headers)).status;
    for (const path of [
      '/package.json',
      '/../package.json',
      '/%2e%2e/package.json',
      '/api',
      '/api/jobs/a/b',
      '/api/jobs/a/b/calls/1/2',
    ])
      expect([path, await status(path)]).toEqual([path, 404]);
    expect(await status('/api/jobs/%zz/b')).toBe(400);
    const page = await opened();
    const id = (await page.locator('.job', { hasText: 'resize' }).first().getAttribute('href'))?.slice(2) ?? '';
    await page.context().close();
    for (const query of [
      'calls?from=-1',
      'calls?count=501',
      'calls?count=x',
      'calls?sort=salary',
      'calls?state=happy',
      'timeline?by=mood',
      `calls?search=${'x'.repeat(201)}`,
    ])
      expect([query, await status(`/api/jobs/${id}/${query}`)]).toEqual([query, 400]);
    expect(await status(`/api/jobs/${id}/calls/60`)).toBe(404);
    const rows: { readonly rows: readonly unknown[]; readonly total: number } = JSON.parse(
      (await ask(`/api/jobs/${id}/calls?from=10&count=7&state=success`, headers)).body,
    );
    expect([rows.rows.length, rows.total]).toEqual([7, 56]);
  });
});

describe('the dashboard in a browser', { timeout: 4 * PATIENCE_MS }, () => {
  it('shows failed calls with the lines that they failed in, and their output', async () => {
    const page = await opened({ colorScheme: 'dark', width: 1400, height: 760 });
    expect(await page.evaluate<string>('location.search')).toBe('');
    await openJob(page, 'resize');
    await page.locator('.chart canvas[data-drawn]').first().waitFor();
    await expectAccessible(page);
    await page.keyboard.press('3');
    const group = page.locator('.error-groups li');
    await group.getByText('image 13 cannot be decoded').waitFor();
    expect(await group.count()).toBe(1);
    await expectAccessible(page);
    await group.getByText('call 26').click();
    const panel = page.locator('.call-panel');
    await panel.locator('.code-line.here', { hasText: 'throw new TypeError(problem)' }).waitFor();
    expect(await panel.locator('.frame code').first().textContent()).toBe('lib/decode.mjs:5:11');
    expect(await panel.locator('.output').last().textContent()).toContain('resizing image 26');
    expect(await page.evaluate<string>('document.activeElement?.id')).toBe('call-name');
    await expectAccessible(page);
    await page.keyboard.press('2');
    await page.locator('#call-row-0').waitFor();
    await page.getByRole('button', { name: /^error/ }).click();
    await eventually(() => page.locator('#call-grid').getAttribute('aria-rowcount')).toBe('5');
    await page.locator('#call-row-0 .error').waitFor();
    await page.locator('#call-row-1').click();
    await panel.locator('.code-line.here').first().waitFor();
    await screenshot(page, 'dashboard-call.png');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(await page.evaluate<string>('document.activeElement?.id')).toBe('call-grid');
    await page.keyboard.press('4');
    await page.locator('.workers tbody tr').nth(1).waitFor();
    await page.keyboard.press('5');
    await page.locator('.log-line', { hasText: 'image 4 has no colour profile' }).waitFor();
    expect(await page.getByRole('log').textContent()).not.toContain('\u001B');
    await expectAccessible(page);
    await page.context().close();
  });

  it('scrolls, sorts and filters 100,000 calls by keyboard, and holds few of them', async () => {
    const page = await opened();
    await openJob(page, 'hash');
    await page.locator('.chart canvas[data-drawn]').first().waitFor();
    await screenshot(page, 'dashboard-large.png');
    await page.keyboard.press('2');
    const grid = page.locator('#call-grid');
    await eventually(() => grid.getAttribute('aria-rowcount')).toBe('100001');
    await grid.focus();
    await page.keyboard.press('End');
    await page.locator('#call-row-99999 .cell-call', { hasText: '99,999' }).waitFor();
    expect(await grid.getAttribute('aria-activedescendant')).toBe('call-row-99999');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowUp');
    expect(await page.locator('[role="row"]').count()).toBeLessThan(100);
    await grid.evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2;
    });
    await page
      .locator('[role="row"]', { hasText: /^49,9\d\d/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: /^error/ }).click();
    await eventually(() => grid.getAttribute('aria-rowcount')).toBe('12');
    await page.getByRole('columnheader', { name: 'Call' }).getByRole('button').click();
    await page.locator('#call-row-0 .cell-call', { hasText: '99,730' }).waitFor();
    await page.getByLabel('Find calls').fill('19946');
    await eventually(() => grid.getAttribute('aria-rowcount')).toBe('2');
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.locator('.call-panel .message', { hasText: 'no hash of 19946' }).waitFor();
    await page.context().close();
  });

  it('follows a job while it runs', async () => {
    const page = await opened();
    await openJob(page, 'watch');
    const bar = page.locator('.job-page > header .state-bar');
    await eventually(() => bar.getAttribute('aria-label')).toBe('2 running, 1 waiting');
    await page.keyboard.press('5');
    await page.locator('.log-line', { hasText: 'watching gate 0' }).waitFor();
    program.openGate(0);
    await page.locator('.log-line', { hasText: 'gate 0 is open' }).waitFor();
    await eventually(() => bar.getAttribute('aria-label')).toBe('1 success, 2 running');
    await page.keyboard.press('j');
    await page.locator('#job-name', { hasText: 'resize' }).waitFor();
    await eventually(() => page.evaluate<string>('document.activeElement?.textContent')).toMatch(/^resize/);
    await page.keyboard.press('1');
    await page.locator('.chart canvas[data-drawn]').nth(2).waitFor();
    await screenshot(page, 'dashboard-job.png');
    await page.context().close();
  });

  it('shows HTML of names, errors and output as text', async () => {
    program.openGate(1);
    const page = await opened();
    await openJob(page, '<img src=x onerror="hacked=3">');
    await page.keyboard.press('5');
    await page.locator('.log-line', { hasText: '<script>hacked=1</script>' }).waitFor();
    await page.keyboard.press('3');
    await page.locator('.error-groups .message', { hasText: '<img src=x onerror="hacked=2">' }).waitFor();
    await page.locator('.error-groups a').click();
    await page.locator('.call-panel .output').last().waitFor();
    expect(
      await page.evaluate<unknown>("[document.images.length, document.scripts.length, 'hacked' in globalThis]"),
    ).toEqual([0, 1, false]);
    await page.context().close();
  });

  it('tells of the death of a program, in a narrow window too', async () => {
    const [page, narrow] = await Promise.all([opened(), opened({ width: 390, height: 780 })]);
    await openJob(page, 'watch');
    await narrow.getByRole('button', { name: 'live' }).click();
    await openJob(narrow, 'watch');
    await narrow.locator('.chart canvas[data-drawn]').first().waitFor();
    await narrow.getByRole('tab', { name: 'workers' }).waitFor();
    await expectAccessible(narrow);
    await program.kill();
    await page.locator('#job-name .interrupted').waitFor();
    await narrow.locator('#job-name .interrupted').waitFor();
    const bar = page.locator('.job-page > header .state-bar');
    await eventually(() => bar.getAttribute('aria-label')).toBe('2 success, 1 lost');
    await eventually(() => page.locator('[aria-live="polite"]').last().textContent()).toContain('watch: interrupted');
    expect(await narrow.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
    await narrow.getByText('← Jobs').click();
    await narrow.getByText('No job is like that').waitFor();
    await Promise.all([page.context().close(), narrow.context().close()]);
  });

  it('keeps a chosen theme, and its page knows no errors', async () => {
    const page = await opened({ colorScheme: 'light' });
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    await eventually(background).not.toBe(light);
    await page.reload();
    expect(await background()).not.toBe(light);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    await page.context().close();
    expect(faults).toEqual([]);
  });
});
