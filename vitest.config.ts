import { defineConfig } from 'vitest/config';

/** Packages are tested from their sources: the condition `millrace-source` of their `exports` names these. */
const source = { conditions: ['millrace-source', 'node', 'import', 'default'] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: { ...source, externalConditions: source.conditions } },
  test: {
    include: ['{protocol,engine,kernel,ui}/src/**/*.test.ts', 'tests/unit/**/*.test.ts', 'tests/properties/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
