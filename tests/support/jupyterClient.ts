import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Dealer, Request, Subscriber } from 'zeromq';

/** The built kernel; `MILLRACE_KERNEL` names another build. */
export const KERNEL_MAIN =
  process.env.MILLRACE_KERNEL ?? fileURLToPath(new URL('../../kernel/dist/main.js', import.meta.url));

type Json = Record<string, unknown>;

/** A message as the client sees it. Content is not typed: tests say what they expect of it. */
export interface ClientMessage {
  readonly type: string;
  readonly id: string;
  readonly parentId: string;
  /** When the kernel sent it, as an ISO text. */
  readonly date: string;
  readonly content: Json;
  readonly metadata: Json;
  readonly buffers: readonly Buffer[];
}

type ClientChannel = 'shell' | 'control' | 'stdin';

export interface SendOptions {
  readonly channel?: ClientChannel;
  /** The message that this one answers. */
  readonly parent?: ClientMessage;
  readonly metadata?: Json;
  readonly buffers?: readonly Uint8Array[];
  /** Signs with another key, or with this text instead of a signature. */
  readonly key?: string;
  readonly signature?: string;
}

/** All that came of one request: its reply, and what was published between its busy and its idle. */
export interface Answer {
  readonly reply: ClientMessage;
  readonly published: readonly ClientMessage[];
  /** The stdout and the stderr text, each joined. */
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Json | null;
  /** The `text/plain` of the result. */
  readonly result: string | null;
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Another kernel's command line, with `{connection_file}` in it. */
  readonly command?: readonly string[];
}

/** A Jupyter front end for tests: starts the built kernel and talks to it over ZeroMQ. */
export class JupyterClient {
  readonly directory: string;
  readonly process: ChildProcess;
  /** What the kernel has asked on stdin, oldest first. */
  readonly asked: ClientMessage[] = [];
  /** Everything published so far, oldest first. */
  readonly published: ClientMessage[] = [];
  readonly #ownDirectory: boolean;
  readonly #key = randomUUID();
  readonly #session = randomUUID();
  readonly #shell = new Dealer({ linger: 0, routingId: this.#session });
  readonly #control = new Dealer({ linger: 0 });
  /** Answers on stdin come to whoever has the identity of the request's sender. */
  readonly #stdin = new Dealer({ linger: 0, routingId: this.#session });
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  readonly #heartbeat = new Request({ linger: 0 });
  readonly #waiting = new Set<() => void>();
  readonly #replies: ClientMessage[] = [];
  #sends: Promise<unknown> = Promise.resolve();

  private constructor(
    directory: string | undefined,
    ports: readonly number[],
    env: Readonly<Record<string, string>>,
    command: readonly string[] = [process.execPath, KERNEL_MAIN, '{connection_file}'],
  ) {
    this.#ownDirectory = directory === undefined;
    this.directory = directory ?? mkdtempSync(join(tmpdir(), 'millrace-kernel-'));
    const [shell, control, iopub, stdin, hb] = ports;
    const file = join(this.directory, `connection-${randomUUID()}.json`);
    const info = {
      transport: 'tcp',
      ip: '127.0.0.1',
      key: this.#key,
      signature_scheme: 'hmac-sha256',
      shell_port: shell,
      control_port: control,
      iopub_port: iopub,
      stdin_port: stdin,
      hb_port: hb,
    };
    writeFileSync(file, JSON.stringify(info), { mode: 0o600 });
    const [program, ...args] = command.map(part => part.replace('{connection_file}', file));
    this.process = spawn(program, args, {
      cwd: this.directory,
      // A history of its own: the user's is none of the tests' business.
      env: { ...process.env, MILLRACE_HISTORY: join(this.directory, 'history.jsonl'), ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const at = (port: number) => `tcp://127.0.0.1:${port}`;
    this.#shell.connect(at(shell));
    this.#control.connect(at(control));
    this.#stdin.connect(at(stdin));
    this.#iopub.subscribe();
    this.#iopub.connect(at(iopub));
    this.#heartbeat.connect(at(hb));
    void this.#read(this.#shell, message => this.#replies.push(message));
    void this.#read(this.#control, message => this.#replies.push(message));
    void this.#read(this.#stdin, message => this.asked.push(message));
    void this.#read(this.#iopub, message => this.published.push(message));
  }

  /** Starts a kernel, and waits until it has answered and its publications arrive. */
  static async start({ env = {}, directory, command }: StartOptions = {}): Promise<JupyterClient> {
    if (!existsSync(KERNEL_MAIN))
      throw new Error(`${KERNEL_MAIN} is not there; build the kernel first: npm run build`);
    const client = new JupyterClient(directory, await freePorts(5), env, command);
    await client.ask('kernel_info_request', {});
    // A subscription reaches the kernel some time after the connection: ask until a status is heard.
    while (client.published.length === 0) {
      await client.ask('kernel_info_request', {});
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    await client.quiet();
    return client;
  }

  /** Sends a request and returns its id. */
  send(type: string, content: Json, options: SendOptions = {}): string {
    const id = randomUUID();
    const header = {
      msg_id: id,
      session: this.#session,
      username: 'test',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.4',
    };
    const parent =
      options.parent === undefined ? {} : { msg_id: options.parent.id, msg_type: options.parent.type };
    const parts = [header, parent, options.metadata ?? {}, content].map(part => JSON.stringify(part));
    const hmac = createHmac('sha256', options.key ?? this.#key);
    for (const part of parts) hmac.update(part);
    const signature = options.signature ?? hmac.digest('hex');
    this.sendRaw(['<IDS|MSG>', signature, ...parts, ...(options.buffers ?? [])], options.channel);
    return id;
  }

  sendRaw(frames: readonly (string | Uint8Array)[], channel: ClientChannel = 'shell'): void {
    const socket = { shell: this.#shell, control: this.#control, stdin: this.#stdin }[channel];
    this.#sends = this.#sends.then(() => socket.send([...frames]));
  }

  /** Sends a request and waits for its reply. */
  async ask(type: string, content: Json, options: SendOptions = {}): Promise<ClientMessage> {
    return this.reply(this.send(type, content, options));
  }

  /**
   * Waits until the kernel has said idle to a request of its own: a request answered beside a cell has the cell's busy
   * published once more, so a cell whose messages are counted must not start before.
   */
  async quiet(): Promise<void> {
    await this.finished(this.send('kernel_info_request', {}));
  }

  /** Waits for the reply to a request. */
  reply(id: string, timeoutMs = 60_000): Promise<ClientMessage> {
    return this.until(
      () => this.#replies.find(message => message.parentId === id),
      `the reply to ${id}`,
      timeoutMs,
    );
  }

  /** Executes a cell and waits for its end. */
  async execute(code: string, content: Json = {}, metadata: Json = {}): Promise<Answer> {
    return this.finished(this.startCell(code, content, metadata));
  }

  /** Sends a cell and returns the request's id. */
  startCell(code: string, content: Json = {}, metadata: Json = {}): string {
    const defaults = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return this.send('execute_request', { code, ...defaults, ...content }, { metadata });
  }

  /** Waits for a request's reply and idle. */
  async finished(id: string, timeoutMs = 90_000): Promise<Answer> {
    const reply = await this.reply(id, timeoutMs);
    const isIdle = (message: ClientMessage) =>
      message.type === 'status' && message.content.execution_state === 'idle';
    await this.until(() => this.of(id).find(isIdle), `idle after ${id}`, timeoutMs);
    const published = this.of(id);
    const text = (name: string) =>
      published
        .filter(message => message.type === 'stream' && message.content.name === name)
        .map(message => String(message.content.text))
        .join('');
    const result = published.find(message => message.type === 'execute_result')?.content.data as
      Json | undefined;
    return {
      reply,
      published,
      stdout: text('stdout'),
      stderr: text('stderr'),
      error: published.find(message => message.type === 'error')?.content ?? null,
      result: result === undefined ? null : String(result['text/plain']),
    };
  }

  /** What was published with the request as its parent. */
  of(id: string): ClientMessage[] {
    return this.published.filter(message => message.parentId === id);
  }

  /** Waits until something holds, looking again at each message. Errors name what was waited for. */
  async until<Value>(
    look: () => Value | undefined | Promise<Value | undefined>,
    what: string,
    timeoutMs = 60_000,
  ): Promise<Value> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
      await new Promise<void>(resolve => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(left, 100));
        this.#waiting.add(wake);
      });
    }
  }

  /** Interrupts as front ends do, on the control channel; resolves at its reply. */
  interrupt(): Promise<ClientMessage> {
    return this.ask('interrupt_request', {}, { channel: 'control' });
  }

  /** Sends a heartbeat and returns the milliseconds until it came back. */
  async beat(): Promise<number> {
    const start = performance.now();
    await this.#heartbeat.send('ping');
    await this.#heartbeat.receive();
    return performance.now() - start;
  }

  /** Shuts the kernel down through the protocol and waits for its process to end. */
  async shutdown(): Promise<ClientMessage | null> {
    let reply: ClientMessage | null = null;
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = new Promise(resolve => this.process.once('exit', resolve));
      reply = await this.ask('shutdown_request', { restart: false }, { channel: 'control' });
      await gone;
    }
    this.dispose();
    return reply;
  }

  /** Lets go of sockets and files, and kills a kernel that still runs. */
  dispose(): void {
    this.process.kill('SIGKILL');
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub, this.#heartbeat])
      socket.close();
    if (this.#ownDirectory) rmSync(this.directory, { recursive: true, force: true });
  }

  async #read(socket: AsyncIterable<Buffer[]>, take: (message: ClientMessage) => void): Promise<void> {
    try {
      for await (const frames of socket) {
        take(parse(frames));
        for (const wake of [...this.#waiting]) wake();
      }
    } catch {
      // Closed while it waited.
    }
  }
}

function parse(frames: readonly Buffer[]): ClientMessage {
  const at = frames.findIndex(frame => frame.toString('latin1') === '<IDS|MSG>');
  const [header, parent, metadata, content] = frames
    .slice(at + 2, at + 6)
    .map(frame => JSON.parse(frame.toString('utf8')) as Json);
  return {
    type: String(header.msg_type),
    id: String(header.msg_id),
    parentId: String(parent.msg_id ?? ''),
    date: String(header.date),
    content,
    metadata,
    buffers: frames.slice(at + 6),
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map(server => (server.address() as { port: number }).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
