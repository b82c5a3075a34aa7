import type { TestProject } from 'vitest/node';
import { installFlink } from '../../scripts/lib/flinkInstall.mjs';
import { startCluster, stopCluster } from '../../scripts/lib/flinkCluster.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the SQL Gateway listens. */
    flinkGateway: string;
  }
}

/** One cluster for all tests of the project; one that runs already is used and left running. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await installFlink();
  const { gateway, started } = await startCluster();
  project.provide('flinkGateway', gateway);
  return async () => {
    if (started) await stopCluster();
  };
}
