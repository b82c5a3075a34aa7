import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { logFile, run, tail } from './exec.mjs';
import { isNetworkFailure, Problem } from './problem.mjs';
import { findPython } from './python.mjs';
import { step } from './step.mjs';

const VERSION = '2.3.0';

/** Where everything of Flink is: outside of the checkout, so that a fresh one finds it. */
export const FLINK_ROOT = resolve(
  process.env.MILLRACE_FLINK_ROOT ?? join(homedir(), '.cache', 'millrace', 'flink'),
);
export const FLINK_HOME = join(FLINK_ROOT, `millrace-flink-${VERSION}`);

/** What of the two wheels is Flink itself: libraries are in one, scripts and configuration in the other. */
const FOLDERS = ['bin', 'conf', 'lib', 'opt', 'plugins'];
const UNPACK = `
import sys, zipfile
target, *wheels = sys.argv[1:]
wanted = tuple('pyflink/%s/' % name for name in ${JSON.stringify(FOLDERS)})
for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(wanted)])
`;

/**
 * Installs Flink from packages alone: pip brings its two wheels (as a downloader), Maven the SQL Gateway, which neither
 * of them has. Does nothing where it is there.
 */
export async function installFlink() {
  await step('Java for Flink', findJava);
  await step(`Flink ${VERSION}`, async () => {
    if (existsSync(join(FLINK_HOME, '.installed'))) return false;
    const work = join(FLINK_ROOT, `install-${process.pid}`);
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    try {
      // The gateway comes while the large wheel does.
      await Promise.all([download(work), gateway(work)]);
      await assemble(work);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
    return true;
  });
}

/** Whether a Java that Flink runs on is there; installs one where this user may. */
async function findJava() {
  if (await hasJava()) return false;
  const mayInstall = process.getuid?.() === 0 && (await run('apt-get', ['--version'])).code === 0;
  if (mayInstall) {
    await run('apt-get', ['update'], { log: 'flink-java' });
    const packages = ['openjdk-17-jre-headless', ...((await hasMaven()) ? [] : ['maven'])];
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { log: 'flink-java' });
    if (await hasJava()) return true;
  }
  throw new Problem(
    'Flink needs Java 17 and none was found: install one (on Debian and Ubuntu: sudo apt install openjdk-17-jre-headless) and start again.',
  );
}

async function hasJava() {
  const { code, output } = await run('java', ['-version']);
  return code === 0 && Number(/version "(\d+)/.exec(output)?.[1]) >= 17;
}

async function hasMaven() {
  return (await run('mvn', ['--version'])).code === 0;
}

async function download(work) {
  const [command, ...args] = await findPython();
  const wanted = ['apache-flink-libraries', 'apache-flink'].map(name => `${name}==${VERSION}`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--progress-bar', 'off'];
  const { code, output } = await run(
    command,
    [...args, ...pip, '--no-deps', '--only-binary', ':all:', '-d', work, ...wanted],
    {
      log: 'flink-pip',
    },
  );
  if (code !== 0) throw downloadProblem('pip', 'flink-pip', output, 'The Python package index');
  const wheels = readdirSync(work).filter(name => name.endsWith('.whl'));
  const unpacked = await run(
    command,
    [...args, '-c', UNPACK, work, ...wheels.map(name => join(work, name))],
    { log: 'flink-unpack' },
  );
  if (unpacked.code !== 0)
    throw new Problem(`Flink's wheels could not be unpacked: ${tail(unpacked.output, 3)}`);
}

async function gateway(work) {
  if (!(await hasMaven())) {
    throw new Problem(
      'Flink needs Maven to bring its SQL Gateway: install it (on Debian and Ubuntu: sudo apt install maven) and start again.',
    );
  }
  const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
  const artifact = `org.apache.flink:flink-sql-gateway:${VERSION}`;
  const { code, output } = await run(
    'mvn',
    ['-q', '-B', copy, `-Dartifact=${artifact}`, `-DoutputDirectory=${join(work, 'gateway')}`],
    { log: 'flink-maven', cwd: work },
  );
  if (code !== 0) throw downloadProblem('Maven', 'flink-maven', output, "Maven's repository");
}

function downloadProblem(tool, log, output, what) {
  if (isNetworkFailure(output)) {
    return new Problem(
      `${what} cannot be reached: connect to the network (or set ${tool}'s proxy) and start again.`,
    );
  }
  return new Problem(
    `${tool} failed: read ${logFile(log)}, mend what it names and start again.\n${tail(output)}`,
  );
}

async function assemble(work) {
  const home = join(work, 'pyflink');
  for (const name of readdirSync(join(work, 'gateway'))) {
    cpSync(join(work, 'gateway', name), join(home, 'opt', name));
  }
  for (const name of readdirSync(join(home, 'bin'))) chmodSync(join(home, 'bin', name), 0o755);
  cpSync(join(home, 'conf', 'config.yaml'), join(home, 'conf', 'config.shipped.yaml'));
  writeFileSync(join(home, '.installed'), `${VERSION}\n`);
  rmSync(FLINK_HOME, { recursive: true, force: true });
  renameSync(home, FLINK_HOME);
}
