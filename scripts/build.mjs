// `npm run build`: the packages and the JupyterLab extension; `--force` builds what is built already too.
import { buildExtension, buildPackages } from './lib/build.mjs';
import { installPackages } from './lib/npm.mjs';
import { findPython, installPythonPackages } from './lib/python.mjs';
import { tellProblem } from './lib/problem.mjs';

try {
  const force = process.argv.includes('--force');
  await installPackages();
  await buildPackages({ force });
  await installPythonPackages(await findPython());
  await buildExtension({ force });
} catch (error) {
  tellProblem(error);
}
