import { Comms } from '../comm/comms.js';
import { SessionRouter } from '../comm/sessionRouter.js';
import { Fallback } from '../fallback/fallback.js';
import type { Language } from '../language/api.js';
import { CellRunner } from './cellRunner.js';
import type { ConnectionInfo } from './connection.js';
import { EngineProcess } from './engineProcess.js';
import { Executor } from './executor.js';
import { History } from './history.js';
import { HistoryFile } from './historyFile.js';
import { kernelInfo } from './info.js';
import { IopubPublisher } from './iopub.js';
import type { JsonObject, Message } from './message.js';
import type { Settings } from './settings.js';
import type { SendQueue, Sockets } from './sockets.js';
import { StdinRequests } from './stdin.js';
import { engineSamples } from './samples.js';

type RequestChannel = 'shell' | 'control';

/** By then the processes behind are started in any case. */
const BEGIN_MS = 25;

export interface KernelOptions {
  readonly info: ConnectionInfo;
  readonly sockets: Sockets;
  readonly settings: Settings;
  /** The notebook's folder. */
  readonly directory: string;
  readonly language: Language & { begin(): void };
  /** Called when the kernel has been shut down and everything has been sent. */
  readonly onExit: () => void;
}

/** The kernel as Jupyter sees it: requests come in, are answered here or passed to the processes behind. */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #sockets: Sockets;
  readonly #language: KernelOptions['language'];
  readonly #iopub: IopubPublisher;
  readonly #engine: EngineProcess;
  readonly #runner: CellRunner;
  readonly #comms: Comms;
  readonly #fallback: Fallback;
  readonly #executor: Executor;
  readonly #history: History;
  #closing = false;

  constructor(options: KernelOptions) {
    this.#options = options;
    const { sockets, settings, directory, language } = options;
    this.#history = new History(settings.historyFile === null ? null : new HistoryFile(settings.historyFile));
    this.#sockets = sockets;
    this.#language = language;
    this.#iopub = new IopubPublisher(sockets.iopub, high => this.#runner.pause(high));
    this.#engine = new EngineProcess(directory, settings.engineHeapMb, {
      comm: message => {
        if (!this.#fallback.take(message)) this.#comms.send(message);
      },
      event: event => router.event(event),
      lost: why => {
        this.#comms.engineLost(why);
        this.#fallback.engineLost();
        this.#runner.note(null, why);
      },
      restarted: () => this.#comms.engineRestarted(),
    });
    this.#comms = new Comms(this.#iopub, message => this.#engine.send(message));
    language.connect(engineSamples(this.#engine));
    this.#fallback = new Fallback({
      iopub: this.#iopub,
      engine: this.#engine,
      attached: session => this.#comms.attached(session),
    });
    const attended = (): boolean => this.#comms.attached() || this.#executor.attended;
    const router = new SessionRouter(this.#engine, attended, {
      event: event => this.#runner.event(event),
      note: (owner, text) => this.#runner.note(owner, text),
    });
    this.#runner = new CellRunner(directory, settings, this.#iopub, {
      host: request => router.request(request),
      env: (name, value) => {
        keepInEnvironment(name, value);
        this.#engine.send({ type: 'env', name, value });
      },
      restarted: () => {
        void language.forget().catch((error: unknown) => console.error(error));
        // Functions of cells were in the process that has ended.
        void this.#engine.request({ type: 'clientGone' });
      },
      outputs: this.#fallback,
    });
    const stdin = new StdinRequests(sockets.stdin, this.#iopub);
    this.#executor = new Executor({
      iopub: this.#iopub,
      runner: this.#runner,
      language,
      history: this.#history,
      reply: (request, content, metadata) => this.#reply('shell', request, content, metadata),
      ask: (request, input) => stdin.ask(request, input),
      askedEnough: () => stdin.cancel(),
      attached: session => this.#comms.attached(session),
      retireOwner: owner => void this.#engine.request({ type: 'retireOwner', owner }),
      settleOwner: owner => void this.#engine.request({ type: 'settleOwner', owner }),
    });
    sockets.receive('shell', message => this.#received('shell', message));
    sockets.receive('stdin', message => stdin.receive(message));
    sockets.receive('control', message => this.#received('control', message));
    void this.#iopub.urgent('status', {}, { execution_state: 'starting' });
    setTimeout(() => this.#begin(), BEGIN_MS);
  }

  /** Starts what stands behind. The first question of all, what kernel this is, is answered without it, and sooner. */
  #begin(): void {
    if (this.#closing) return;
    this.#language.begin();
    this.#engine.begin();
  }

  /** Stops the running cell: what an `interrupt_request` and SIGINT do. */
  interrupt(): void {
    this.#executor.interrupt();
  }

  /** Ends the kernel and every process of it. */
  async shutdown(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#runner.close();
    this.#fallback.close();
    await Promise.all([
      this.#engine.close(),
      this.#language.close().catch(() => undefined),
      this.#sockets.close(),
      this.#history.flushed(),
    ]);
    this.#options.onExit();
  }

  #received(channel: RequestChannel, message: Message): void {
    if (this.#closing) return;
    const type = message.header.msg_type;
    if (type !== 'kernel_info_request') this.#begin();
    this.#fallback.heard(message);
    if (type === 'execute_request') this.#executor.enqueue(message);
    else if (type.startsWith('comm_') && type !== 'comm_info_request') this.#comms.receive(message);
    else if (type in ANSWERS || type in NOT_THERE) void this.#answer(channel, message, type as AnsweredType);
  }

  /** Answers a request at once, beside a running cell. */
  async #answer(channel: RequestChannel, message: Message, type: AnsweredType): Promise<void> {
    const { header } = message;
    void this.#iopub.urgent('status', header, { execution_state: 'busy' });
    let content: JsonObject;
    try {
      content = { status: 'ok', ...(await this.#content(type, message.content)) };
    } catch (error) {
      const { name, message: evalue } = error instanceof Error ? error : new Error(String(error));
      content = { status: 'error', ename: name, evalue, traceback: [] };
    }
    await this.#reply(channel, message, content);
    this.#begin();
    if (type === 'shutdown_request') await this.#iopub.urgent('shutdown_reply', header, content);
    await this.#iopub.urgent('status', header, { execution_state: 'idle' });
    // Front ends show the last status they saw, whosever it was; the kernel is still busy with its cell.
    const running = this.#executor.running;
    if (running !== null) void this.#iopub.urgent('status', running, { execution_state: 'busy' });
    // JupyterLab takes no status from its own kernel_info request, and may have subscribed too late for `starting`: this tells it.
    else if (type === 'kernel_info_request')
      void this.#iopub.urgent('status', {}, { execution_state: 'idle' });
    if (type === 'shutdown_request') await this.shutdown();
  }

  #content(type: AnsweredType, request: JsonObject): Promise<JsonObject> | JsonObject {
    switch (type) {
      case 'kernel_info_request':
        return kernelInfo();
      case 'complete_request':
        return this.#complete(request);
      case 'inspect_request':
        return this.#inspect(request);
      case 'is_complete_request':
        return this.#isComplete(request);
      case 'history_request':
        return { history: this.#history.answer(request) };
      case 'comm_info_request':
        return { comms: this.#comms.info(request.target_name) };
      case 'connect_request': {
        const { shell_port, iopub_port, stdin_port, hb_port, control_port } = this.#options.info;
        return { shell_port, iopub_port, stdin_port, hb_port, control_port };
      }
      case 'interrupt_request':
        this.interrupt();
        return {};
      case 'shutdown_request':
        return { restart: request.restart === true };
      default:
        throw new NotSupported(NOT_THERE[type]);
    }
  }

  async #complete(request: JsonObject): Promise<JsonObject> {
    const code = text(request.code);
    const cursor = typeof request.cursor_pos === 'number' ? request.cursor_pos : [...code].length;
    const { matches, cursorStart, cursorEnd, types } = await this.#language.complete(code, cursor);
    const metadata = types.length === 0 ? {} : { _jupyter_types_experimental: types };
    return { matches, cursor_start: cursorStart, cursor_end: cursorEnd, metadata };
  }

  async #inspect(request: JsonObject): Promise<JsonObject> {
    const code = text(request.code);
    const cursor = typeof request.cursor_pos === 'number' ? request.cursor_pos : [...code].length;
    const data = await this.#language.inspect(code, cursor, request.detail_level === 1 ? 1 : 0);
    return { found: data !== null, data: data ?? {}, metadata: {} };
  }

  async #isComplete(request: JsonObject): Promise<JsonObject> {
    const { status, indent } = await this.#language.isComplete(text(request.code));
    return status === 'incomplete' ? { status, indent } : { status };
  }

  #reply(
    channel: RequestChannel,
    request: Message,
    content: JsonObject,
    metadata: JsonObject = {},
  ): Promise<void> {
    const queue: SendQueue = this.#sockets[channel];
    const type = request.header.msg_type.replace(/_request$/, '_reply');
    return queue.send({ type, parent: request.header, content, metadata, identities: request.identities });
  }
}

/** The requests that are answered at once. */
const ANSWERS = {
  kernel_info_request: true,
  complete_request: true,
  inspect_request: true,
  is_complete_request: true,
  history_request: true,
  comm_info_request: true,
  connect_request: true,
  interrupt_request: true,
  shutdown_request: true,
} as const;

/** Processes that are started later have this one's environment, but what could keep them from starting. */
function keepInEnvironment(name: string, value: string | null): void {
  if (name === 'NODE_OPTIONS') return;
  if (value === null) delete process.env[name];
  else process.env[name] = value;
}

/** Requests of features that `kernel_info` does not name: whoever asks all the same is told so. */
const NOT_THERE = {
  create_subshell_request:
    'This kernel has no subshells: cells run one after the other. Completion, inspection and live views go on beside a cell.',
  delete_subshell_request: 'This kernel has no subshells.',
  list_subshell_request: 'This kernel has no subshells.',
  debug_request: 'This kernel has no debugger.',
} as const;

type AnsweredType = keyof typeof ANSWERS | keyof typeof NOT_THERE;

/** A feature that was asked for is not there. */
class NotSupported extends Error {
  override readonly name = 'NotSupported';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
