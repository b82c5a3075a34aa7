import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Packages are tested from their sources: the condition `millrace-source` of their `exports` names these. */
// `import` is added where something is imported: said here, it would count for what CommonJS requires, too.
const source = { conditions: ['millrace-source', 'node', 'default'] };
const fromSources = {
  resolve: source,
  ssr: { resolve: { ...source, externalConditions: source.conditions } },
};

/** What is waited for may come late on a machine that is busy: a second, which is usual, made tests fail there. */
const waiting = { poll: { timeout: 20_000 } };

/** A suite that starts real processes: one file at a time, and time for a loaded machine. */
function processes(name: string, options: { globalSetup?: string[]; timeout?: number } = {}) {
  return {
    ...fromSources,
    test: {
      name,
      include: [`tests/${name}/**/*.test.ts`],
      environment: 'node' as const,
      expect: waiting,
      pool: 'forks' as const,
      // The history of whoever runs the tests is none of their business, and snapshots are the checkout's own.
      env: { MILLRACE_HISTORY: 'off', MILLRACE_SNAPSHOT: resolve('.cache/snapshots') },
      fileParallelism: false,
      globalSetup: options.globalSetup ?? [],
      testTimeout: options.timeout ?? 60_000,
      hookTimeout: 120_000,
      // Processes on a loaded machine: what fails once and then passes is reported as flaky, not hidden (see `scripts/lib/vitest.mjs`).
      retry: process.env.CI === 'true' ? 1 : 0,
    },
  };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        ...fromSources,
        test: {
          name: 'unit',
          include: ['{protocol,engine,kernel,ui,extension}/src/**/*.test.ts', 'tests/style/**/*.test.ts'],
          environment: 'node',
          expect: waiting,
          pool: 'forks',
          testTimeout: 30_000,
        },
      },
      {
        ...fromSources,
        test: {
          name: 'properties',
          // Beside the random tests: the engine as a whole, and cases that others wrote.
          include: ['tests/{properties,engine,conformance}/**/*.test.ts'],
          environment: 'node',
          expect: waiting,
          pool: 'forks',
          // `npm run test:long` asks for thousands of histories.
          testTimeout: Math.max(180_000, Number(process.env.MILLRACE_RUNS ?? 200) * 900),
        },
      },
      processes('kernel'),
      // Notebook 7, nbclient, nbconvert, papermill, the console, and the wheel.
      processes('homes', { timeout: 180_000 }),
      // At full size a file has 320 MB.
      processes('integration', {
        timeout: Number(process.env.MILLRACE_RUNS ?? 0) >= 1000 ? 900_000 : 60_000,
      }),
      processes('scripts'),
      processes('services'),
      processes('flink', { timeout: 180_000, globalSetup: ['tests/flink/globalSetup.ts'] }),
      processes('notebooks', { timeout: 240_000 }),
      processes('browser', { timeout: 120_000, globalSetup: ['tests/browser/support/globalSetup.ts'] }),
    ],
  },
});
