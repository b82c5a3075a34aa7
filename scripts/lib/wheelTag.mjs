import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.mjs';
import { isMusl } from './productionModules.mjs';

const MACHINES = { x64: 'x86_64', arm64: 'aarch64', arm: 'armv7l' };

/**
 * The tag of a wheel with the binaries of this platform in it. On Linux it names the oldest glibc that all of them run on, read off the
 * symbols that they ask for.
 */
export function wheelTag(modules) {
  return `py3-none-${platform(modules)}`;
}

function platform(modules) {
  const { arch } = process;
  switch (process.platform) {
    case 'linux':
      return `${isMusl() ? 'musllinux_1_2' : `manylinux_2_${glibcOf(modules)}`}_${machine(arch)}`;
    case 'darwin':
      return arch === 'arm64' ? 'macosx_11_0_arm64' : 'macosx_10_15_x86_64';
    case 'win32':
      return arch === 'arm64' ? 'win_arm64' : arch === 'ia32' ? 'win32' : 'win_amd64';
    default:
      throw new Problem(`There are no binaries of Millrace's parts for ${process.platform}.`);
  }
}

function machine(arch) {
  if (MACHINES[arch] === undefined)
    throw new Problem(`There are no binaries of Millrace's parts for ${arch}.`);
  return MACHINES[arch];
}

/** The newest minor version of glibc 2 that a binary below a folder asks for, and 17 at least, which all wheels have. */
function glibcOf(folder) {
  let newest = 17;
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.node')) continue;
    const symbols = readFileSync(join(folder, name), 'latin1').matchAll(/GLIBC_2\.(\d+)/g);
    for (const [, minor] of symbols) newest = Math.max(newest, Number(minor));
  }
  return newest;
}
