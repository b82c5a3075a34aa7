import { cpSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ROOT } from './paths.mjs';
import { Problem } from './problem.mjs';

/**
 * Copies a package of the workspace, with the packages that it needs to run, into a `node_modules` folder, laid out as npm has them
 * here. Nothing is downloaded: what is installed for this platform is taken.
 */
export function copyProductionModules(workspace, target) {
  for (const [folder, { name }] of closure(join(ROOT, workspace))) {
    const place = join(target, placeOf(folder));
    const wanted = filterOf(name, folder);
    cpSync(folder, place, {
      recursive: true,
      filter: path => path === folder || wanted(relative(folder, path).split(sep)),
    });
  }
}

/** The folders of a package and of all that it depends on, with their package.json. */
function closure(folder, found = new Map()) {
  if (found.has(folder)) return found;
  const description = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  found.set(folder, description);
  const { dependencies = {}, optionalDependencies = {} } = description;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const dependency = find(folder, name);
    if (dependency !== null) closure(dependency, found);
    // Binaries of other platforms are not installed.
    else if (!(name in optionalDependencies))
      throw new Problem(`The package ${name} is not installed: run npm ci, and build the wheel again.`);
  }
  return found;
}

/** Where Node finds a package from a folder. */
function find(from, name) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return realpathSync(folder);
    if (at === ROOT) return null;
  }
}

/** Where a package goes in the copy: those of the workspace by their names, all others as they lie. */
function placeOf(folder) {
  const path = relative(ROOT, folder).split(sep);
  if (path[0] === 'node_modules') return join(...path.slice(1));
  const { name } = JSON.parse(readFileSync(join(ROOT, path[0], 'package.json'), 'utf8'));
  return join(name, ...path.slice(1));
}

/** What is left out of every package: what only its developers need. */
const LEFT_OUT =
  /\.(map|tsbuildinfo|flow|cts\.map|markdown)$|^(?!licen[cs]e|notice|copying).*\.md$|\.test\.\w+$/i;
const FOLDERS_LEFT_OUT = new Set([
  'test',
  'tests',
  '__tests__',
  'bench',
  'benchmark',
  'benchmarks',
  'docs',
  'example',
  'examples',
  '.github',
]);

/** What alone is taken of the large ones: paths from their folders. */
const TAKEN = {
  typescript: path => path[0] !== 'lib' || /^lib(\.|$)|^typescript\.(js|d\.ts)$/.test(path[1] ?? 'lib'),
  'parquet-wasm': path => !['bundler', 'esm'].includes(path[0]),
  'dejavu-fonts-ttf': path =>
    path[0] !== 'ttf' || path.length === 1 || /^DejaVuSans(-Bold)?\.ttf$/.test(path[1]),
  'cmake-ts': path => path[0] !== 'build' || path.length === 1 || /^loader\.m?js$/.test(path[1]),
};

function filterOf(name, folder) {
  const ours = !folder.includes(`${sep}node_modules${sep}`);
  const taken = ours
    ? ownFiles(folder)
    : name === 'zeromq'
      ? zeromqFiles(folder)
      : (TAKEN[name] ?? (() => true));
  return path => {
    const file = basename(path.at(-1));
    // Packages of its own are in the closure where it needs them.
    if (path[0] === 'node_modules' || LEFT_OUT.test(file)) return false;
    if (/(?<!\.d)\.[mc]?tsx?$/.test(file) && !/\.d\.[mc]?ts$/.test(file)) return false;
    if (path.length === 1 && FOLDERS_LEFT_OUT.has(path[0])) return false;
    return taken(path);
  };
}

/** What a package of the workspace publishes. Types are needed of those that cells import. */
function ownFiles(folder) {
  const { name, files } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const typed = name !== '@millrace/kernel';
  return path =>
    (path[0] === 'package.json' || files.includes(path[0])) && (typed || !/\.d\.ts$/.test(path.at(-1)));
}

/** Of ZeroMQ's binaries the one that its loader tries first on this platform. */
function zeromqFiles(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'build', 'manifest.json'), 'utf8'));
  const libc = process.platform === 'linux' ? (isMusl() ? 'musl' : 'glibc') : undefined;
  const [first] = Object.entries(manifest)
    .map(([config, file]) => ({ ...JSON.parse(config), file: file.split(/[\\/]/).join('/') }))
    .filter(({ os, arch, ...config }) => {
      const here = os === process.platform && arch === process.arch;
      return here && (libc === undefined || config.libc === libc);
    })
    .sort((a, b) => b.abi - a.abi);
  if (first === undefined) throw new Problem(`zeromq has no binary for ${process.platform} ${process.arch}.`);
  const kept = `build/${first.file}`;
  return path => {
    if (path[0] !== 'build') return ['lib', 'package.json'].includes(path[0]) || /^license/i.test(path[0]);
    const name = path.join('/');
    return name === 'build/manifest.json' || kept === name || kept.startsWith(`${name}/`);
  };
}

/** Whether this Linux has musl in the place of glibc, as ZeroMQ's loader judges it. */
export function isMusl() {
  return existsSync('/etc/alpine-release');
}
