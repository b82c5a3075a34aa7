import {
  buildExtension,
  buildPackages,
  buildPage,
  bundleKernel,
  installKernel,
  linkExtension,
} from './build.mjs';
import { joinDeclarations } from './declarations.mjs';
import { installPackages } from './npm.mjs';
import { findPython, installPythonPackages } from './python.mjs';

/** All that JupyterLab with Millrace needs, from a fresh checkout; does only what is not done yet. `force`: builds in any case. */
export async function setUp({ force = false } = {}) {
  const python = await findPython();
  // Downloads of one wait while those of the other come in; a failure of either waits for both, so that none is cut off.
  await both(installPackages(), installPythonPackages(python));
  await buildPackages({ force });
  await joinDeclarations();
  await bundleKernel();
  await buildPage({ force });
  await buildExtension({ force });
  await installKernel();
  await linkExtension();
}

async function both(...work) {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
