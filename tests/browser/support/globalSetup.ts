import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { startServer } from '../../../scripts/lib/jupyter.mjs';
import { ROOT } from '../../support/checkout.js';
import { chromePath } from './chrome.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** JupyterLab's address and token, the folder that it shows, and the address that a browser is driven at. */
    lab: { url: string; token: string; folder: string; browser: string };
  }
}

/**
 * One JupyterLab and one browser for the suite. The folder lies inside the checkout, so that cells find the packages; settings,
 * signatures and run-time files are in it too, so that neither the user's are touched nor theirs matter.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'browser-'));
  const own = (name: string): string => {
    mkdirSync(join(folder, '.jupyter', name), { recursive: true });
    return join(folder, '.jupyter', name);
  };
  const server = await startServer({
    root: folder,
    extra: ['--LabApp.expose_app_in_browser=True', '--FileContentsManager.delete_to_trash=False'],
    env: {
      JUPYTER_CONFIG_DIR: own('config'),
      JUPYTER_DATA_DIR: own('data'),
      JUPYTER_RUNTIME_DIR: own('runtime'),
      JUPYTER_PREFER_ENV_PATH: '1',
    },
  });
  const browser = await chromium.launchServer({
    executablePath: chromePath(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
  project.provide('lab', { url: server.url, token: server.token, folder, browser: browser.wsEndpoint() });
  return async () => {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 200 });
  };
}
