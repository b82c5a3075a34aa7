import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CACHE, ROOT, VENV, venvProgram } from './paths.mjs';
import { Problem } from './problem.mjs';

/** A port of the loopback interface that nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The server's configuration: a file, since JupyterLab does not take `None` for its news address from the command line. */
function configFile() {
  const file = join(CACHE, 'jupyter_lab_config.py');
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(
    file,
    [
      'c = get_config()  # noqa: F821',
      'c.LabApp.news_url = None',
      "c.LabApp.check_for_updates_class = 'jupyterlab.handlers.announcements.NeverCheckForUpdate'",
      'c.LabApp.collaborative = False',
      "c.ServerApp.ip = '127.0.0.1'",
      '',
    ].join('\n'),
  );
  return file;
}

/** The command line of JupyterLab, or of Notebook, on the checkout. `root` is the folder that it shows. */
export function labCommand({
  port = null,
  browser = true,
  notebook = null,
  root = ROOT,
  extra = [],
  program = 'jupyterlab',
  venv = VENV,
}) {
  const args = ['-m', program, `--config=${configFile()}`, `--ServerApp.root_dir=${root}`, ...extra];
  if (port !== null) args.push(`--ServerApp.port=${port}`, '--ServerApp.port_retries=0');
  if (!browser) args.push('--no-browser');
  if (process.getuid?.() === 0) args.push('--allow-root');
  if (notebook !== null) args.push(notebook);
  return { command: venvProgram('python', venv), args };
}

/** The environment of programs of the checkout's Python environment, or of another one: its own programs and data first. */
export function venvEnvironment(more = {}, venv = VENV) {
  const bin = join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
  return {
    ...process.env,
    VIRTUAL_ENV: venv,
    PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
    ...more,
  };
}

/**
 * Starts a server (of the checkout's Python environment, or of `venv`) without a browser and waits until it answers. Returns its address and token, `get(path)` for its
 * API, and `stop()`, which ends it and its kernels.
 */
export async function startServer({
  root = ROOT,
  extra = [],
  env = {},
  deadlineMs = 90_000,
  program = 'jupyterlab',
  venv = VENV,
} = {}) {
  const port = await freePort();
  const token = randomBytes(16).toString('hex');
  const { command, args } = labCommand({
    port,
    browser: false,
    root,
    program,
    venv,
    extra: [`--IdentityProvider.token=${token}`, ...extra],
  });
  const child = spawn(command, args, {
    cwd: root,
    env: venvEnvironment(env, venv),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (log += data));
  const end = new Promise(resolve => child.once('close', resolve)).then(() => (ended = true));
  child.once('error', error => (log += String(error)));

  const url = `http://127.0.0.1:${port}`;
  const get = async path => {
    const response = await fetch(url + path, { headers: { Authorization: `token ${token}` } });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  };
  const stop = async () => {
    if (!ended) child.kill('SIGTERM');
    await Promise.race([end, new Promise(resolve => setTimeout(resolve, 20_000).unref())]);
    if (!ended) child.kill('SIGKILL');
  };

  const deadline = Date.now() + deadlineMs;
  for (;;) {
    if (ended)
      throw new Problem(`JupyterLab ended while it started:\n${log.split('\n').slice(-15).join('\n')}`);
    try {
      await get('/api/status');
      return { url, token, port, pid: child.pid, get, stop, log: () => log };
    } catch (error) {
      if (Date.now() > deadline) {
        await stop();
        throw new Problem(`JupyterLab did not answer within ${deadlineMs / 1000} s (${error}):\n${log}`);
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}
