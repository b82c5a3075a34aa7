import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run, tail } from './exec.mjs';
import { CACHE } from './paths.mjs';
import { isNetworkFailure, Problem, tellProblem } from './problem.mjs';

const VERSION = '4.3.1';
const STATE = join(CACHE, 'kafka.json');
const START_MS = 60_000;
const CLUSTER = 'TWlsbHJhY2UtS2Fma2EtMQ';

/** Where Kafka's jars are: outside of the checkout, so that a fresh one finds them. */
const KAFKA_ROOT = resolve(process.env.MILLRACE_KAFKA_ROOT ?? join(homedir(), '.cache', 'millrace', 'kafka'));

const USAGE = `Usage: node scripts/kafka.mjs COMMAND

  start   starts a Kafka broker on the loopback interface, with a data folder of its own, bringing Kafka through Maven first
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
  const broker = await startKafka({ detached: true });
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(STATE, JSON.stringify({ pid: broker.pid, folder: broker.folder }));
  console.log(`Kafka: ${broker.address}`);
  process.exit(0);
}

async function stop() {
  if (!existsSync(STATE)) return;
  const { pid, folder } = JSON.parse(readFileSync(STATE, 'utf8'));
  try {
    process.kill(pid, 'SIGKILL');
    await pause(200);
  } catch {
    // It has ended by itself.
  }
  rmSync(folder, { recursive: true, force: true });
  rmSync(STATE);
}

/** The folder of Kafka's jars, which Maven brings where they are not there. Throws a `Problem` where it cannot. */
export async function installKafka() {
  const libs = join(KAFKA_ROOT, VERSION);
  if (existsSync(libs)) return libs;
  for (const [tool, args] of [
    ['java', ['-version']],
    ['mvn', ['--version']],
  ]) {
    if ((await run(tool, args)).code === 0) continue;
    throw new Problem(
      `Kafka needs Java 17 and Maven, and ${tool} was not found: install it and start again.`,
    );
  }
  const work = join(KAFKA_ROOT, `install-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    writeFileSync(join(work, 'pom.xml'), POM);
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    const args = ['-q', '-B', copy, '-DincludeScope=runtime', `-DoutputDirectory=${join(work, 'libs')}`];
    const { code, output } = await run('mvn', args, { log: 'kafka-maven', cwd: work });
    if (code !== 0) {
      throw new Problem(
        isNetworkFailure(output)
          ? "Maven's repository cannot be reached: connect to the network (or set Maven's proxy) and start again."
          : `Maven failed:\n${tail(output)}`,
      );
    }
    // Somebody else may have been faster.
    if (!existsSync(libs)) renameSync(join(work, 'libs'), libs);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return libs;
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

const LOG = `rootLogger.level=warn
rootLogger.appenderRef.c.ref=c
appender.c.type=Console
appender.c.name=c
`;

/**
 * Starts a broker of its own on a free port: one node, which is its own controller. What it gives back can be crashed, started again on the same port
 * with what it holds, and stopped, which deletes its folder.
 */
export async function startKafka({ detached = false, advertised = port => Promise.resolve(port) } = {}) {
  const libs = await installKafka();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-kafka-'));
  const [port, direct, controller] = [await freePort(), await freePort(), await freePort()];
  const shown = await advertised(port);
  const settings = join(folder, 'server.properties');
  writeFileSync(settings, properties(folder, port, direct, controller, shown));
  writeFileSync(join(folder, 'log4j2.properties'), LOG);
  const java = [`-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`, '-cp', join(libs, '*')];
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER, '-c', settings];
  const formatted = await run('java', [...java, ...format]);
  if (formatted.code !== 0) throw new Problem(`Kafka's folder could not be made:\n${tail(formatted.output)}`);
  let child = null;
  let output = '';
  const launch = async () => {
    output = '';
    child = spawn(
      'java',
      ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...java, 'kafka.Kafka', settings],
      {
        cwd: folder,
        detached,
        stdio: detached ? 'ignore' : ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', chunk => (output = (output + chunk).slice(-20_000)));
    if (detached) child.unref();
    const began = Date.now();
    while (!(await answers(port))) {
      if (child.exitCode !== null || Date.now() - began > START_MS)
        throw new Problem(`Kafka did not start:\n${tail(output)}`);
      await pause(100);
    }
  };
  const end = async () => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    child = null;
  };
  await launch();
  return {
    address: `127.0.0.1:${port}`,
    /** For clients that are not to be sent to what is advertised. */
    direct: `127.0.0.1:${direct}`,
    port,
    folder,
    get pid() {
      return child?.pid ?? null;
    },
    crash: end,
    restart: launch,
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function properties(folder, port, direct, controller, shown) {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},DIRECT://127.0.0.1:${direct},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${shown},DIRECT://127.0.0.1:${direct}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=DIRECT
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.backoff.ms=200
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
`;
}

function answers(port) {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
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
