import { dirname, join } from 'node:path';
import { run, tail } from './exec.mjs';
import { startCluster, stopCluster } from './flinkCluster.mjs';
import { installFlink } from './flinkInstall.mjs';
import { venvEnvironment } from './jupyter.mjs';
import { otherNode } from './npm.mjs';
import { ROOT } from './paths.mjs';
import { Problem } from './problem.mjs';
import { vitest } from './vitest.mjs';

const modules = (...parts) => join(ROOT, 'node_modules', ...parts);
const tsc = modules('typescript', 'bin', 'tsc');

/** A tool that says yes or no: it counts as one test. */
function check(name, ...commands) {
  return {
    name,
    needs: 'packages',
    run: async () => {
      for (const command of commands) {
        const { code, output } = await run(process.execPath, command, { log: `check-${name}` });
        if (code !== 0) return { passed: 0, failed: 1, skipped: 0, detail: tail(output, 40) };
      }
      return { passed: 1, failed: 0, skipped: 0 };
    },
  };
}

/** A test project of vitest.config.ts. */
function project(name, { needs = 'everything', projects = [name], environment = () => ({}) } = {}) {
  return {
    name,
    needs,
    run: context => vitest({ name, projects, env: venvEnvironment(environment(context)) }),
  };
}

/** Queries on a real Flink cluster, which is installed and started for them; skipped where it cannot be. */
const flink = {
  name: 'flink',
  needs: 'packages',
  run: async () => {
    let started = false;
    try {
      await installFlink();
      ({ started } = await startCluster());
      return await vitest({ name: 'flink', projects: ['flink'] });
    } catch (error) {
      if (error instanceof Problem) return { passed: 0, failed: 0, skipped: 1, detail: error.message };
      throw error;
    } finally {
      if (started) await stopCluster();
    }
  },
};

/** The unit and kernel suites on another version of Node, and in another time zone: nothing may depend on where it runs. */
function onNode(major, timeZone) {
  return {
    name: `node-${major}`,
    needs: 'everything',
    run: async () => {
      const node = await otherNode(major);
      const env = venvEnvironment({ TZ: timeZone });
      env.PATH = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${env.PATH}`;
      return vitest({ name: `node-${major}`, projects: ['unit', 'kernel'], node, env });
    },
  };
}

const browser = project('browser', { environment: ({ chromium }) => ({ CHROME_PATH: chromium.path }) });

/** All suites, in the order in which they run: the quick ones first. */
export const SUITES = [
  check(
    'types',
    [tsc, '-b', 'protocol', 'engine', 'kernel', 'ui', 'extension'],
    [tsc, '-p', 'tests'],
    [join(ROOT, 'tests', 'types', 'budget.mjs')],
  ),
  check('lint', [
    modules('eslint', 'bin', 'eslint.js'),
    '.',
    '--max-warnings',
    '0',
    '--cache',
    '--cache-location',
    '.cache/eslint',
  ]),
  check('format', [modules('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  check('layers', [
    modules('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
    ...['protocol/src', 'engine/src', 'kernel/src', 'ui/src', 'extension/src', 'tests', 'bench', 'scripts'],
  ]),
  check('unused', [modules('knip', 'bin', 'knip.js')]),
  project('unit', { needs: 'packages' }),
  project('properties', { needs: 'packages', environment: () => ({ TZ: 'Europe/Berlin' }) }),
  project('kernel'),
  project('integration'),
  project('scripts'),
  project('services', { needs: 'packages' }),
  flink,
  project('notebooks'),
  project('homes', {
    environment: ({ chromium }) => (chromium.path === null ? {} : { CHROME_PATH: chromium.path }),
  }),
  {
    ...browser,
    run: context =>
      context.chromium.path === null
        ? { passed: 0, failed: 0, skipped: 1, detail: context.chromium.reason }
        : browser.run(context),
  },
  onNode(24, 'Asia/Kolkata'),
  onNode(26, 'America/New_York'),
];
