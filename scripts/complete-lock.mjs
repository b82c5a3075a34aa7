// `node scripts/complete-lock.mjs`, after `npm install`: enters into package-lock.json the binary packages of other platforms
// that the registry in use did not have. Without them `npm ci` refuses the lock file; with them it skips what is
// for another platform, and where the registry has them, installs what is for this one.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/paths.mjs';

const file = join(ROOT, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32'];

/** Whether a package at `path` finds one of this name in its own node_modules or in one further up. */
function resolves(path, name) {
  for (
    let at = path;
    ;
    at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : ''
  ) {
    if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
  }
}

/** What the names of such packages say: `binding-linux-arm64-musl`. */
function platform(name) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.find(system => words.includes(system));
  const cpu = PROCESSORS.find(processor => words.includes(processor));
  const libc = os !== 'linux' ? undefined : words.some(word => word.startsWith('musl')) ? 'musl' : 'glibc';
  if (cpu === undefined) throw new Error(`${name} does not say which processor it is for`);
  return { cpu: [cpu], ...(libc && { libc: [libc] }), ...(os && { os: [os] }) };
}

let added = 0;
for (const [path, owner] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    if (resolves(path, name)) continue;
    if (!/^\d/.test(version)) throw new Error(`${name} has no exact version: ${version}`);
    const { cpu, libc, os } = platform(name);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...(owner.dev && { dev: true }),
      ...(libc && { libc }),
      optional: true,
      ...(os && { os }),
    };
    added++;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(sorted);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms entered`);
