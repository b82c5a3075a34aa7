import { createHmac, randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Subscriber } from 'zeromq';

/** How long an answer is waited for. */
const PATIENCE_MS = 120_000;
/** A kernel that has not answered by then is asked again. */
const ASK_AGAIN_MS = 10_000;

/** A Jupyter front end that only measures: it starts a kernel by its command line and runs cells. */
export class Client {
  #key = randomUUID();
  #session = randomUUID();
  #folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  // Whoever asks before a kernel has bound its sockets is connected soon after that.
  #shell = new Dealer({ reconnectInterval: 5 });
  #control = new Dealer({ reconnectInterval: 5 });
  #iopub = new Subscriber({ reconnectInterval: 5, receiveHighWaterMark: 0 });
  #waiting = [];
  #heard = 0;
  #process;
  /** When the kernel was started, by `performance.now()`, and how many ms later it had answered. */
  begunAt = 0;
  readyMs = 0;
  /** Called with each message that is published: its type, content, buffers and parent's id. */
  onPublished = null;

  /** Starts a kernel; `argv` has `{connection_file}` in it. Resolves when it has answered and its publications are heard. */
  static async start(argv, { cwd, env = process.env }) {
    const client = new Client();
    const ports = await Promise.all(
      ['shell', 'iopub', 'stdin', 'control', 'hb'].map(async name => [`${name}_port`, await freePort()]),
    );
    const connection = {
      ...Object.fromEntries(ports),
      ip: '127.0.0.1',
      transport: 'tcp',
      key: client.#key,
      signature_scheme: 'hmac-sha256',
      kernel_name: 'bench',
    };
    const file = join(client.#folder, 'connection.json');
    writeFileSync(file, JSON.stringify(connection));
    const [command, ...args] = argv.map(part => part.replace('{connection_file}', file));
    client.begunAt = performance.now();
    client.#process = spawn(command, args, { cwd, env, stdio: 'ignore' });
    const address = name => `tcp://127.0.0.1:${connection[`${name}_port`]}`;
    client.#iopub.connect(address('iopub'));
    client.#iopub.subscribe('');
    client.#shell.connect(address('shell'));
    client.#control.connect(address('control'));
    client.#listen(client.#iopub);
    client.#listen(client.#shell);
    await client.#firstAnswer();
    client.readyMs = performance.now() - client.begunAt;
    while (client.#heard === 0) {
      await client.ask('kernel_info_request', {});
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    return client;
  }

  /** Asks until one request is answered: tslab may lose what it sends while it starts. */
  async #firstAnswer() {
    let answered = false;
    const again = async () => {
      await new Promise(resolve => setTimeout(resolve, ASK_AGAIN_MS));
      if (answered) return new Promise(() => undefined);
      return Promise.race([this.ask('kernel_info_request', {}), again()]);
    };
    await Promise.race([this.ask('kernel_info_request', {}), again()]);
    answered = true;
  }

  get pid() {
    return this.#process.pid;
  }

  /** Runs a cell until the kernel is idle again; fails where the cell does. */
  async execute(code, patienceMs = PATIENCE_MS) {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    const reply = await this.ask('execute_request', content, { idle: true, patienceMs });
    if (reply.status !== 'ok') throw new Error(`the cell failed: ${JSON.stringify(reply)}`);
  }

  /** Sends a request and waits for its reply, with `idle` for the kernel's idle too. */
  async ask(type, content, { idle = false, patienceMs = PATIENCE_MS } = {}) {
    const id = randomUUID();
    const answer = new Promise((resolve, reject) => {
      const late = () => reject(new Error(`no answer to ${type} within ${patienceMs} ms`));
      const timer = setTimeout(late, patienceMs);
      timer.unref();
      const done = reply => {
        clearTimeout(timer);
        resolve(reply);
      };
      this.#waiting.push({ id, reply: null, idle: !idle, resolve: done });
    });
    await this.#send(this.#shell, type, content, id);
    return answer;
  }

  /** Sends a message that is not answered. */
  tell(type, content) {
    return this.#send(this.#shell, type, content);
  }

  async stop() {
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    await this.#send(this.#control, 'shutdown_request', { restart: false });
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    if (this.#process.exitCode === null && this.#process.signalCode === null) await ended;
    clearTimeout(late);
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #send(socket, type, content, id = randomUUID()) {
    const header = {
      msg_id: id,
      session: this.#session,
      username: 'bench',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.3',
    };
    const parts = [header, {}, {}, content].map(part => Buffer.from(JSON.stringify(part)));
    const hmac = createHmac('sha256', this.#key);
    for (const part of parts) hmac.update(part);
    await socket.send(['<IDS|MSG>', hmac.digest('hex'), ...parts]);
  }

  async #listen(socket) {
    for await (const frames of socket) {
      const at = frames.findIndex(frame => frame.toString() === '<IDS|MSG>');
      const [header, parent, , content] = frames
        .slice(at + 2, at + 6)
        .map(frame => JSON.parse(frame.toString()));
      const type = header.msg_type;
      if (socket === this.#iopub) {
        this.#heard += 1;
        this.onPublished?.(type, content, frames.slice(at + 6), parent.msg_id);
      }
      for (const waiting of this.#waiting.filter(({ id }) => id === parent.msg_id)) {
        if (type.endsWith('_reply')) waiting.reply = content;
        if (type === 'status' && content.execution_state === 'idle') waiting.idle = true;
        if (waiting.reply === null || !waiting.idle) continue;
        this.#waiting = this.#waiting.filter(other => other !== waiting);
        waiting.resolve(waiting.reply);
      }
    }
  }
}

function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
