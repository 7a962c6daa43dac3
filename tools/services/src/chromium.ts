import { installDebianPackage } from './debian.ts';

/** What a Chromium in a container and without a screen is started with; it asks no server of its maker for anything. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How to launch a browser, for `playwright-core`. */
export interface ChromiumLaunch {
  readonly executablePath: string;
  readonly args: string[];
}

/** Installs Chromium unless it is there. @throws Error saying what to install by hand, and why */
export async function installChromium(): Promise<ChromiumLaunch> {
  const executablePath = '/usr/bin/chromium';
  await installDebianPackage(['chromium', 'fonts-liberation'], executablePath);
  return { executablePath, args: [...ARGUMENTS] };
}
