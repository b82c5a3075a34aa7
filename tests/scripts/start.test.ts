import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bareCheckout, type Ended, fakePrograms, runIn } from './support.js';

const NODE = dirname(process.execPath);
const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function checkout(npmInstalled: boolean): string {
  const folder = bareCheckout({ npmInstalled });
  made.push(folder);
  return folder;
}

function programs(texts: Record<string, string>): string {
  const folder = fakePrograms(texts);
  made.push(folder);
  return folder;
}

async function start(folder: string, path: string, more: Record<string, string> = {}): Promise<Ended> {
  return await runIn(folder, process.execPath, [join('scripts', 'start.mjs'), '--check'], {
    PATH: path,
    HOME: folder,
    ...more,
  });
}

/** One sentence on stderr, no stack, and the exit code 1. */
function expectSentence(ended: Ended, sentence: RegExp): void {
  expect(ended.stderr).toMatch(sentence);
  expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  expect(ended.code).toBe(1);
}

const AGE = (version: string): string => `echo "${version} /fake/python3"`;

describe('npm start says in one sentence what to do', () => {
  test('on an old Node', async () => {
    const folder = checkout(true);
    const fake = join(folder, 'old.cjs');
    writeFileSync(
      fake,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });`,
    );
    const ended = await runIn(folder, process.execPath, ['--require', fake, 'scripts/start.mjs'], {
      PATH: '',
    });
    expectSentence(ended, /needs Node 20\.19 or later and this is Node 18\.20\.4: install/);
  });

  test('where there is no Python', async () => {
    const ended = await start(checkout(true), programs({}));
    expectSentence(ended, /Python 3\.10 or later is needed and none was found: install/);
  });

  test('where Python is too old', async () => {
    const ended = await start(checkout(true), programs({ python3: AGE('3.8.10'), python: AGE('2.7.18') }));
    expectSentence(ended, /Python 3\.10 or later is needed and only 3\.8\.10 was found: install/);
  });

  test('where Python comes without its venv module', async () => {
    const python3 = `case "$*" in *version_info*) ${AGE('3.11.2')} ;; *) exit 1 ;; esac`;
    const ended = await start(checkout(true), programs({ python3 }));
    expectSentence(ended, /no venv module: install it .*python3-venv/);
  });

  test('where npm has no network', async () => {
    const folder = checkout(false);
    const python3 = `case "$*" in *version_info*) ${AGE('3.11.2')} ;; *) exit 1 ;; esac`;
    const path = `${programs({ python3 })}:${NODE}:/usr/bin:/bin`;
    const ended = await start(folder, path, {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_fetch_retries: '0',
    });
    expectSentence(ended, /npm registry cannot be reached: connect to the network/);
  });

  test('where pip has no network', async () => {
    const folder = checkout(true);
    const ended = await start(folder, process.env['PATH'] ?? '', {
      PIP_INDEX_URL: 'http://127.0.0.1:9/',
      PIP_RETRIES: '0',
      PIP_NO_CACHE_DIR: '1',
    });
    expectSentence(ended, /Python package index cannot be reached: connect to the network/);
  });

  test('for an option that it does not know', async () => {
    const folder = checkout(true);
    const ended = await runIn(folder, process.execPath, ['scripts/start.mjs', '--prot', '8'], { PATH: '' });
    expect(ended.stderr).toMatch(/--prot.*[\s\S]*--port N/);
    expect(ended.code).toBe(1);
  });
});

describe('.ci/run', () => {
  const run = async (npm: string): Promise<Ended> =>
    await runIn(checkout(true), join('.ci', 'run'), [], {
      PATH: `${programs({ npm })}:${NODE}:/usr/bin:/bin`,
    });
  const bash = (): boolean => execFileSync('sh', ['-c', 'command -v bash']).length > 0;

  test('passes where npm test passes, and asks for no skips', async () => {
    expect(bash()).toBe(true);
    const ended = await run(`echo "CI=$CI $*"; echo "12 passed, 0 failed"`);
    expect(ended.stdout).toMatch(/^CI=true test$/m);
    expect(ended.stdout.trim().split('\n').at(-1)).toBe('12 passed, 0 failed');
    expect(ended.code).toBe(0);
  });

  test('fails where npm test fails, and still ends with the counts', async () => {
    const ended = await run(`echo "11 passed, 1 failed"; echo "npm error lifecycle" >&2; exit 1`);
    expect(ended.stdout.trim().split('\n').at(-1)).toBe('11 passed, 1 failed');
    expect(ended.code).toBe(1);
  });

  test('fails where npm test ends without counts', async () => {
    const ended = await run(`echo nothing`);
    expect(ended.stdout.trim().split('\n').at(-1)).toBe('0 passed, 1 failed');
    expect(ended.code).toBe(1);
  });
});
