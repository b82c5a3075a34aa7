import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MillraceError } from 'millrace/session';
import { escapeHtml } from '../../display/html.js';
import { mimeValue } from '../../display/bundles.js';
import type { DisplayFunction, MimeValue } from '../../display/types.js';
import { duration } from './time.js';

/** An installation that takes longer is ended. */
const MOST_MS = 10 * 60_000;
/** The output says how far it is this often. */
const PROGRESS_MS = 300;
/** What is kept of what npm says. */
const MOST_OUTPUT = 256 * 1024;
const MOST_PACKAGES = 50;

/** Installs packages of npm into the notebook's folder. */
export class Installer {
  readonly #directory: string;
  readonly #display: DisplayFunction;
  #running: ChildProcess | null = null;

  constructor(directory: string, display: DisplayFunction) {
    this.#directory = directory;
    this.#display = display;
  }

  /**
   * Installs what a line names, and shows in one output how far it is.
   *
   * @throws MR4125 for a line that names no packages, MR4126 where npm fails, MR4127 where it takes too long
   */
  async install(line: string): Promise<void> {
    const { packages, scripts } = packagesOf(line);
    const begin = performance.now();
    const handle = this.#display(text(`Installing ${packages.join(', ')} …`));
    const took = () => duration(performance.now() - begin);
    const npm = this.#start(packages, scripts);
    this.#running = npm.process;
    const progress = setInterval(() => {
      handle.update(text(`Installing ${packages.join(', ')} … ${took()}${npm.progress()}`));
    }, PROGRESS_MS);
    const patience = setTimeout(() => kill(npm.process), MOST_MS);
    try {
      const code = await npm.ended;
      if (performance.now() - begin >= MOST_MS) {
        handle.update(text(`Installing ${packages.join(', ')}: stopped after ${took()}`));
        throw new MillraceError('MR4127', `npm was stopped after ${took()}.`, 'Is the registry there?');
      }
      if (code !== 0) {
        handle.update(text(`Installing ${packages.join(', ')} failed after ${took()}`));
        throw this.#failure(packages, npm.output());
      }
      handle.update(text(`Installed ${packages.map(each => this.#installed(each)).join(', ')} in ${took()}`));
    } finally {
      clearInterval(progress);
      clearTimeout(patience);
      this.#running = null;
    }
  }

  /** Ends an installation that runs. */
  abandon(): void {
    if (this.#running !== null) kill(this.#running);
    this.#running = null;
  }

  #start(packages: readonly string[], scripts: boolean) {
    const npm = npmCommand();
    const flags = ['--prefix', this.#directory, ...FLAGS, ...(scripts ? [] : ['--ignore-scripts'])];
    const child = spawn(npm.command, [...npm.args, 'install', ...flags, '--', ...packages], {
      cwd: this.#directory,
      // What a script that runs npm has set would be taken for settings of this one.
      env: Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)_/.test(name)),
      ),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let kept = '';
    let fetched = 0;
    const take = (chunk: Buffer): void => {
      const said = chunk.toString('utf8');
      fetched += said.match(/npm http (fetch|cache)/g)?.length ?? 0;
      kept = (kept + said).slice(-MOST_OUTPUT);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const ended = new Promise<number | null>(resolve => {
      child.once('error', error => {
        kept += `npm error ${error.message}\n`;
        resolve(1);
      });
      child.once('close', resolve);
    });
    return {
      process: child,
      ended,
      output: () => kept,
      progress: () => (fetched === 0 ? '' : `, ${fetched} answers of the registry`),
    };
  }

  /** A package with the version that is there now. */
  #installed(spec: string): string {
    const name = nameOf(spec);
    if (name === null) return spec;
    try {
      const file = join(this.#directory, 'node_modules', name, 'package.json');
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown };
      return typeof version === 'string' ? `${name}@${version}` : spec;
    } catch {
      return spec;
    }
  }

  #failure(packages: readonly string[], output: string): MillraceError {
    const lines = output
      .split('\n')
      .filter(line => /^npm (error|ERR!)/.test(line))
      .map(line => line.replace(/^npm (error|ERR!) ?/, ''));
    const code = lines.find(line => line.startsWith('code '))?.slice('code '.length) ?? '';
    const said = lines.filter(
      line => !/^(code|A complete log|errno|syscall|path|\s*$)|debug-0\.log/.test(line),
    );
    const what = said.slice(0, 6).join('\n') || output.trim().slice(-500) || 'npm said nothing.';
    return new MillraceError(
      'MR4126',
      `npm could not install ${packages.join(', ')}:\n${what}\n`,
      hintOf(code),
    );
  }
}

const FLAGS = ['--no-audit', '--no-fund', '--no-progress', '--no-update-notifier', '--loglevel=http'];

function hintOf(code: string): string {
  switch (code) {
    case 'E404':
      return 'There is no such package, or none that this registry may give you: look at the spelling.';
    case 'ETARGET':
      return 'There is no such version: write PACKAGE@latest, or leave the version out.';
    case 'ENOTFOUND':
    case 'ECONNREFUSED':
    case 'ETIMEDOUT':
    case 'EAI_AGAIN':
    case 'ENOTCACHED':
      return 'The registry of packages cannot be reached: is the network there?';
    case 'ERESOLVE':
      return 'Packages that are there need other versions of the same: name the versions that go together.';
    case 'EACCES':
    case 'EROFS':
      return "The notebook's folder cannot be written to.";
    case 'ENOSPC':
      return 'The disk is full.';
    default:
      return 'Run npm install in a terminal in this folder to see all that it says.';
  }
}

function packagesOf(line: string): { packages: readonly string[]; scripts: boolean } {
  const words = line.split(/\s+/).filter(word => word !== '');
  const scripts = words.includes('--scripts');
  const packages = words
    .filter(word => word !== '--scripts')
    .map(word => word.replace(/^(["'])(.*)\1$/, '$2'));
  const hint = 'Write %install PACKAGE or %install PACKAGE@VERSION, several of them with spaces between.';
  if (packages.length === 0) throw new MillraceError('MR4125', '%install names no package.', hint);
  const wrong = packages.find(word => !isPackage(word));
  if (wrong !== undefined)
    throw new MillraceError(
      'MR4125',
      `'${wrong}' is no package, and %install takes no options but --scripts.`,
      hint,
    );
  if (packages.length > MOST_PACKAGES)
    throw new MillraceError('MR4125', `%install takes ${MOST_PACKAGES} packages at once at most.`, hint);
  return { packages, scripts };
}

function isPackage(word: string): boolean {
  return !word.startsWith('-') && word.length <= 1000;
}

/** The package's name, where the words name one by it: a file or an address does not. */
function nameOf(spec: string): string | null {
  return /^(@[^/@:\s]+\/)?[^/@:.\s][^/@:\s]*(?=@|$)/.exec(spec)?.[0] ?? null;
}

function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
}

/** How npm is started: the one that came with this Node, without a shell, else the one of the path. */
function npmCommand(): { command: string; args: readonly string[] } {
  const bin = dirname(process.execPath);
  const places = [
    join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = places.find(existsSync);
  return cli === undefined ? { command: 'npm', args: [] } : { command: process.execPath, args: [cli] };
}

function text(content: string): MimeValue {
  return mimeValue({ 'text/plain': content, 'text/html': `<div>${escapeHtml(content)}</div>` });
}
