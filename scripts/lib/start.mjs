import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { run } from './exec.mjs';
import { labCommand, startServer, venvEnvironment } from './jupyter.mjs';
import { ROOT, venvProgram } from './paths.mjs';
import { Problem, tellProblem } from './problem.mjs';
import { setUp } from './setup.mjs';
import { step } from './step.mjs';

const USAGE = `npm start -- [options]

Sets up what is missing and opens JupyterLab on the first notebook.
  --no-browser  do not open a browser: the address is printed
  --port N      listen on this port (JupyterLab chooses one otherwise, from 8888)
  --check       set up, start a server on a free port, ask whether kernel and extension are there, stop it`;

function options(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        'no-browser': { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string' },
      },
    });
    const port = values.port === undefined ? null : Number(values.port);
    if (port !== null && !(Number.isInteger(port) && port > 0 && port < 65536))
      throw new Error(`no such port: ${values.port}`);
    return { ...values, port };
  } catch (error) {
    throw new Problem(`${error.message}\n\n${USAGE}`);
  }
}

export async function main(args) {
  try {
    const wanted = options(args);
    if (wanted.help) return console.log(USAGE);
    console.log('Millrace: setting up');
    await setUp();
    if (wanted.check) await check();
    else await open(wanted);
  } catch (error) {
    tellProblem(error);
  }
}

/** Runs JupyterLab in the foreground until it ends. */
function open({ port, 'no-browser': quiet }) {
  const { command, args } = labCommand({ port, browser: !quiet, notebook: 'notebooks/01-live-bars.ipynb' });
  console.log('Millrace: starting JupyterLab (stop it with Ctrl+C twice)\n');
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd: ROOT, env: venvEnvironment(), stdio: 'inherit' });
    const pass = signal => child.kill(signal);
    // A terminal sends Ctrl+C to the server as well: it asks there whether to stop.
    const ignore = () => {};
    process.on('SIGINT', process.stdin.isTTY ? ignore : pass).on('SIGTERM', pass);
    child.once('error', error => {
      tellProblem(error);
      resolve();
    });
    child.once('close', code => {
      process.exitCode = code ?? 0;
      resolve();
    });
  });
}

/** Asks a server of its own whether it is up, knows the kernel, and has the extension. */
async function check() {
  let server = null;
  try {
    await step('JupyterLab answers', async () => {
      server = await startServer();
    });
    await step('kernel is known', async () => {
      const { kernelspecs } = await server.get('/api/kernelspecs');
      const names = Object.keys(kernelspecs);
      if (kernelspecs.millrace === undefined)
        throw new Problem(`The kernel is not registered; these are: ${names.join(', ')}.`);
    });
    await step('extension is on', async () => {
      const { output } = await run(venvProgram('python'), ['-m', 'jupyter', 'labextension', 'list'], {
        env: venvEnvironment(),
      });
      const found = output.split('\n').find(text => text.includes('@millrace/jupyterlab'));
      if (found === undefined || !/enabled/.test(found) || !/OK/.test(found)) {
        throw new Problem(`JupyterLab does not have the extension enabled:\n${output}`);
      }
    });
  } finally {
    await server?.stop();
  }
}
