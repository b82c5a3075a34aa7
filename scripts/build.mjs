// `npm run build`: all that `npm start` sets up, without opening JupyterLab; `--force` builds what is built already too.
import { tellProblem } from './lib/problem.mjs';
import { setUp } from './lib/setup.mjs';

try {
  await setUp({ force: process.argv.includes('--force') });
} catch (error) {
  tellProblem(error);
}
