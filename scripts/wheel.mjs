// `npm run build:wheel`: builds the Python wheel that holds kernel, engine and JupyterLab extension, for this platform.
import { tellProblem } from './lib/problem.mjs';
import { setUp } from './lib/setup.mjs';
import { buildWheel } from './lib/wheel.mjs';

try {
  await setUp();
  console.log(await buildWheel());
} catch (error) {
  tellProblem(error);
}
