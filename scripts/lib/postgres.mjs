import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tail } from './exec.mjs';
import { CACHE } from './paths.mjs';
import { Problem, tellProblem } from './problem.mjs';

const STATE = join(CACHE, 'postgres.json');
const USER = 'millrace';
/** Not a secret: the server listens on the loopback interface, and holds what tests write. */
const PASSWORD = 'pa ss/w@rd:%41';
const START_MS = 30_000;

const USAGE = `Usage: node scripts/postgres.mjs COMMAND

  start   starts a Postgres server on the loopback interface, with a data folder of its own, installing Postgres first where it may
  stop    stops it, and deletes what it holds`;

export async function main([command, ...rest]) {
  const commands = { start, stop };
  if (!Object.hasOwn(commands, command ?? '') || rest.length > 0) {
    console.log(USAGE);
    if (command !== 'help' && command !== '--help') process.exitCode = 1;
    return;
  }
  try {
    await commands[command]();
  } catch (error) {
    tellProblem(error);
  }
}

async function start() {
  if (existsSync(STATE)) await stop();
  const server = await startPostgres({ detached: true });
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(STATE, JSON.stringify({ pid: server.pid, folder: server.folder }));
  console.log(`Postgres: ${server.url}`);
  process.exit(0);
}

async function stop() {
  if (!existsSync(STATE)) return;
  const { pid, folder } = JSON.parse(readFileSync(STATE, 'utf8'));
  try {
    process.kill(pid, 'SIGQUIT');
    for (let k = 0; k < 100 && alive(pid); k++) await pause(100);
  } catch {
    // It has ended by itself.
  }
  rmSync(folder, { recursive: true, force: true });
  rmSync(STATE);
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The folder of Postgres' programs: installed, or installed now through apt where we may. Throws a `Problem` where there is none. */
export async function findPostgres() {
  const present = await installed();
  if (present !== null) return present;
  const root = process.getuid?.() === 0;
  const prefix = root ? [] : ['sudo', '-n'];
  const apt = (...args) => {
    const [command, ...others] = [...prefix, 'apt-get', ...args];
    return run(command, others, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, log: 'postgres' });
  };
  const may = (await run('apt-get', ['--version'])).code === 0 && (root || (await run('sudo', ['-n', 'true'])).code === 0);
  if (!may) throw new Problem('no Postgres is installed, and installing it needs apt and root: install it');
  const packages = ['install', '-y', '--no-install-recommends', 'postgresql'];
  if ((await apt(...packages)).code !== 0) {
    await apt('update');
    await apt(...packages);
  }
  const found = await installed();
  if (found === null) throw new Problem('apt-get install postgresql failed (see .cache/logs/postgres.log)');
  return found;
}

async function installed() {
  const places = ['/usr/lib/postgresql', '/usr/local/opt', '/opt/homebrew/opt'];
  const folders = places
    .filter(place => existsSync(place))
    .flatMap(place => readdirSync(place).map(name => join(place, name, 'bin')))
    .filter(folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (folders.length > 0) return folders[folders.length - 1];
  const { code, output } = await run('pg_config', ['--bindir']);
  const folder = output.trim();
  return code === 0 && existsSync(join(folder, 'initdb')) ? folder : null;
}

/**
 * Starts a server of its own on a free port, with an empty database. What it gives back can be crashed (`crash`, as a power cut does), started again on
 * the same port, and stopped, which deletes its folder.
 */
export async function startPostgres({ detached = false } = {}) {
  const programs = await findPostgres();
  const identity = await unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
  const data = join(folder, 'data');
  const passwords = join(folder, 'password');
  writeFileSync(passwords, PASSWORD);
  if (identity.uid !== undefined) chownSync(passwords, identity.uid, identity.gid);
  const made = await finished(
    spawn(
      join(programs, 'initdb'),
      ['-D', data, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwords}`, '-E', 'UTF8', '--no-locale', '--no-sync'],
      { ...identity, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    ),
  );
  if (made.code !== 0) throw new Problem(`initdb failed:\n${tail(made.output)}`);
  const port = await freePort();
  let child = null;
  let output = '';
  const launch = async () => {
    output = '';
    child = spawn(
      join(programs, 'postgres'),
      ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=50'],
      { ...identity, cwd: folder, detached, stdio: detached ? 'ignore' : ['ignore', 'pipe', 'pipe'] },
    );
    child.stderr?.on('data', chunk => (output = (output + chunk).slice(-20_000)));
    if (detached) child.unref();
    const began = Date.now();
    for (;;) {
      const ready = await run(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-U', USER]);
      if (ready.code === 0) return;
      if (child.exitCode !== null || Date.now() - began > START_MS) throw new Problem(`Postgres did not start:\n${tail(output)}`);
      await pause(50);
    }
  };
  const end = async signal => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill(signal);
    await gone;
    child = null;
  };
  await launch();
  return {
    url: `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    port,
    user: USER,
    password: PASSWORD,
    folder,
    get pid() {
      return child?.pid ?? null;
    },
    crash: () => end('SIGQUIT'),
    restart: launch,
    stop: async () => {
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whom the server runs as: it refuses root. */
async function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const uid = await run('id', ['-u', name]);
    const gid = await run('id', ['-g', name]);
    if (uid.code === 0 && gid.code === 0) return { uid: Number(uid.output), gid: Number(gid.output) };
  }
  throw new Problem('Postgres does not run as root, and there is no other user: make one');
}

function finished(child) {
  return new Promise(resolve => {
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    child.on('error', error => resolve({ code: null, output: String(error) }));
    child.on('close', code => resolve({ code, output }));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function pause(milliseconds) {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
