import { createHmac, randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Subscriber } from 'zeromq';

/** A Jupyter front end that only measures: it starts a kernel by its command line and runs cells. */
export class Client {
  #key = randomUUID();
  #session = randomUUID();
  #folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  #shell = new Dealer();
  #control = new Dealer();
  #iopub = new Subscriber();
  #waiting = [];
  #process;

  /** Starts a kernel; `argv` has `{connection_file}` in it. Resolves when it first says that it is idle. */
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
    client.#process = spawn(command, args, { cwd, env, stdio: 'ignore' });
    const address = name => `tcp://127.0.0.1:${connection[`${name}_port`]}`;
    client.#iopub.connect(address('iopub'));
    client.#iopub.subscribe('');
    client.#shell.connect(address('shell'));
    client.#control.connect(address('control'));
    client.#listen(client.#iopub);
    client.#listen(client.#shell);
    await client.#request('kernel_info_request', {});
    return client;
  }

  get pid() {
    return this.#process.pid;
  }

  /** Runs a cell until the kernel is idle again; fails where the cell does. */
  async execute(code) {
    const reply = await this.#request('execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    });
    if (reply.status !== 'ok') throw new Error(`the cell failed: ${JSON.stringify(reply)}`);
  }

  async stop() {
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    await this.#send(this.#control, 'shutdown_request', { restart: false });
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    if (this.#process.exitCode === null) await ended;
    clearTimeout(late);
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Sends a request until it is answered and the kernel idle; early ones may be lost while subscriptions settle. */
  async #request(type, content) {
    const again = type === 'kernel_info_request' ? 200 : 0;
    const attempts = [];
    const begin = async () => {
      const id = randomUUID();
      attempts.push(this.#settled(id));
      await this.#send(this.#shell, type, content, id);
    };
    await begin();
    const timer = again > 0 ? setInterval(() => void begin(), again) : null;
    try {
      // Whichever attempt is answered first: its own list grows while it waits.
      return await new Promise((resolve, reject) => {
        const watch = () => {
          for (const attempt of attempts.splice(0)) attempt.then(resolve, reject);
        };
        watch();
        if (timer !== null) setInterval(watch, 20).unref();
      });
    } finally {
      if (timer !== null) clearInterval(timer);
    }
  }

  #settled(id) {
    return new Promise(resolve => this.#waiting.push({ id, reply: null, idle: false, resolve }));
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
      for (const waiting of this.#waiting.filter(({ id }) => id === parent.msg_id)) {
        if (header.msg_type.endsWith('_reply')) waiting.reply = content;
        if (header.msg_type === 'status' && content.execution_state === 'idle') waiting.idle = true;
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
