import { existsSync } from 'node:fs';
import { run } from './exec.mjs';
import { step } from './step.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * A Chromium for the browser suite: the one `CHROME_PATH` names, one that is installed, or one installed now through
 * apt where we may. Returns `{ path }`, or `{ path: null, reason }`.
 */
export async function findChromium() {
  let found = { path: null, reason: '' };
  await step('Chromium', async () => {
    const given = process.env.CHROME_PATH;
    if (given !== undefined && given !== '') {
      found = existsSync(given)
        ? { path: given }
        : { path: null, reason: `CHROME_PATH names ${given}, which is not there` };
      return false;
    }
    const present = await installed();
    if (present !== null) {
      found = { path: present };
      return false;
    }
    found = await install();
    return true;
  });
  return found;
}

async function installed() {
  for (const name of NAMES) {
    const { code, output } = await run('which', [name]);
    if (code === 0 && output.trim() !== '') return output.trim().split('\n')[0];
  }
  return PLACES.find(place => existsSync(place)) ?? null;
}

async function install() {
  const root = process.getuid?.() === 0;
  const prefix = root ? [] : ['sudo', '-n'];
  const apt = async (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args];
    return run(command, rest, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      log: 'chromium',
    });
  };
  if ((await run('apt-get', ['--version'])).code !== 0) {
    return { path: null, reason: 'no Chromium is installed: install one, or set CHROME_PATH' };
  }
  if (!root && (await run('sudo', ['-n', 'true'])).code !== 0) {
    return {
      path: null,
      reason: 'no Chromium is installed, and installing it needs root: install it, or set CHROME_PATH',
    };
  }
  const packages = ['install', '-y', '--no-install-recommends', 'chromium'];
  let result = await apt(...packages);
  if (result.code !== 0) {
    await apt('update');
    result = await apt(...packages);
  }
  if (result.code !== 0) await apt('-f', 'install', '-y', '--no-install-recommends');
  const path = await installed();
  return path === null
    ? { path, reason: 'apt-get install chromium failed (see .cache/logs/chromium.log)' }
    : { path };
}
