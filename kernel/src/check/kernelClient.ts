import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Dealer, Subscriber } from 'zeromq';
import { address, type ConnectionInfo } from '../wire/connection.js';
import { MessageCodec, type JsonObject, type Message } from '../wire/message.js';
import { SendQueue } from '../wire/sockets.js';
import { CheckError } from './error.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const START_MS = 120_000;
/** A subscription reaches the kernel some time after the connection: it is asked again until something is heard. */
const ASK_AGAIN_MS = 50;
/** A kernel has so long to end by itself: its engine closes files in two seconds. */
const END_MS = 5_000;
/** So much of what the kernel's processes say is kept, to be told where they end. */
const SAID_CHARACTERS = 4_000;

/** What is told of each message of a kernel. */
type Listener = (message: Message) => void;

/** A kernel process of this build, and a client's end of its protocol: over ZeroMQ, as front ends have it. */
export class KernelClient {
  readonly #shell = new Dealer({ linger: 0 });
  readonly #control = new Dealer({ linger: 0 });
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  readonly #requests: Readonly<Record<'shell' | 'control', SendQueue>>;
  readonly #listeners = new Set<Listener>();
  readonly #gone: Promise<void>;
  #said = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    info: ConnectionInfo,
  ) {
    const session = randomUUID();
    const codec = (): MessageCodec => new MessageCodec(info.key, info.signature_scheme, session, 'check');
    this.#requests = {
      shell: new SendQueue(this.#shell, codec()),
      control: new SendQueue(this.#control, codec()),
    };
    this.#gone = new Promise(resolve => process.once('exit', () => resolve()));
    process.on('error', error => this.#hear(String(error)));
    for (const stream of [process.stdout, process.stderr])
      stream?.on('data', data => this.#hear(String(data)));
    this.#iopub.subscribe();
    for (const [name, socket] of [
      ['shell', this.#shell],
      ['control', this.#control],
      ['iopub', this.#iopub],
    ] as const) {
      socket.connect(address(info, name));
      void this.#read(socket, codec());
    }
  }

  /** Starts a kernel in a folder and waits until it answers. Error `MR5112` where it does not. */
  static async start(directory: string, env: NodeJS.ProcessEnv): Promise<KernelClient> {
    const [shell, control, iopub, stdin, hb] = await freePorts(5);
    const info: ConnectionInfo = {
      transport: 'tcp',
      ip: '127.0.0.1',
      key: randomUUID(),
      signature_scheme: 'hmac-sha256',
      shell_port: shell,
      control_port: control,
      iopub_port: iopub,
      stdin_port: stdin,
      hb_port: hb,
    };
    const folder = await mkdtemp(join(tmpdir(), 'millrace-check-'));
    const file = join(folder, 'connection.json');
    await writeFile(file, JSON.stringify(info), { mode: 0o600 });
    const child = spawn(process.execPath, [MAIN, file], {
      cwd: directory,
      // With it the kernel ends when this process is gone, however it went.
      env: { ...env, JPY_PARENT_PID: String(process.pid) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const client = new KernelClient(child, folder, info);
    try {
      await client.#answers();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Tells of each message that comes, replies included; returns what stops it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a request and returns its id. */
  send(
    type: string,
    content: JsonObject,
    metadata: JsonObject = {},
    channel: 'shell' | 'control' = 'shell',
  ): string {
    const id = randomUUID();
    void this.#requests[channel].send({ id, type, parent: {}, content, metadata });
    return id;
  }

  /** Rejects when the kernel ends. */
  async ended(): Promise<never> {
    await this.#gone;
    const said = this.#said.trim();
    throw new CheckError(
      'MR5112',
      `the kernel has ended (${this.#how()}).${said === '' ? '' : `\n${said}`}`,
      null,
    );
  }

  /** Ends the kernel: its engine closes files first. */
  async close(): Promise<void> {
    if (
      this.process.exitCode === null &&
      this.process.signalCode === null &&
      this.process.pid !== undefined
    ) {
      this.send('shutdown_request', { restart: false }, {}, 'control');
      const killing = setTimeout(() => this.process.kill('SIGKILL'), END_MS);
      await this.#gone;
      clearTimeout(killing);
    }
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /**
   * Resolves when what the kernel publishes arrives, and it has run a cell that shows nothing: the language service and the runner have
   * started then, and what cells take is their own.
   */
  async #answers(): Promise<void> {
    let replied = false;
    let published = false;
    const stop = this.listen(({ header }) => {
      if (header.msg_type === 'execute_reply') replied = true;
      if (header.msg_type === 'status') published = true;
    });
    this.send('execute_request', { code: '0', silent: true });
    const deadline = performance.now() + START_MS;
    try {
      while (!replied || !published) {
        if (performance.now() > deadline) {
          throw new CheckError('MR5112', `the kernel did not answer within ${START_MS / 1000} s.`, null);
        }
        this.send('kernel_info_request', {});
        await Promise.race([new Promise(resolve => setTimeout(resolve, ASK_AGAIN_MS)), this.ended()]);
      }
    } finally {
      stop();
    }
  }

  async #read(socket: AsyncIterable<Buffer[]>, codec: MessageCodec): Promise<void> {
    try {
      for await (const frames of socket) {
        const message = codec.decode(frames);
        if (message !== null) for (const listener of [...this.#listeners]) listener(message);
      }
    } catch {
      // Closed while it waited.
    }
  }

  #hear(text: string): void {
    this.#said = (this.#said + text).slice(-SAID_CHARACTERS);
  }

  #how(): string {
    const { signalCode, exitCode } = this.process;
    return signalCode ?? `exit code ${exitCode ?? 'unknown'}`;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
