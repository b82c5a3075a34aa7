import {
  EXPORT_TARGET,
  INPUT_TARGET,
  PANEL_TARGET,
  PROTOCOL_VERSION,
  SESSION_TARGET,
  VIEW_TARGET,
  type ExportOpen,
  type InputOpen,
  type InputRequest,
  type PanelRequest,
  type SessionRequest,
  type ViewOpen,
  type ViewRequest,
} from '@millrace/protocol';
import type { FromEngine, ToEngine } from '../engine/messages.js';
import type { IopubPublisher } from '../wire/iopub.js';
import type { Header, Message } from '../wire/message.js';

const TARGETS: ReadonlySet<string> = new Set([
  VIEW_TARGET,
  SESSION_TARGET,
  INPUT_TARGET,
  EXPORT_TARGET,
  PANEL_TARGET,
]);

/** Whatever these are opened with is answered, or does not matter. */
const ANSWERING: ReadonlySet<string> = new Set([SESSION_TARGET, INPUT_TARGET]);

interface OpenComm {
  readonly target: string;
  /** The header of its `comm_open`, the parent of what is sent on it. */
  readonly parent: Header;
}

/**
 * The front ends' comms. Those of live views, inputs, replay bars and streams panels lead straight to the engine process, whatever the cells
 * do, and publish no busy or idle status. Every other target is refused.
 */
export class Comms {
  readonly #open = new Map<string, OpenComm>();
  readonly #iopub: IopubPublisher;
  readonly #engine: (message: ToEngine) => void;

  constructor(iopub: IopubPublisher, engine: (message: ToEngine) => void) {
    this.#iopub = iopub;
    this.#engine = engine;
  }

  /** Whether a front end of ours is connected (it keeps one session comm open), or the one that sends requests of a session. */
  attached(session?: string): boolean {
    for (const { target, parent } of this.#open.values()) {
      if (target === SESSION_TARGET && (session === undefined || parent.session === session)) return true;
    }
    return false;
  }

  /** Takes a `comm_open`, `comm_msg` or `comm_close` from a front end. */
  receive(message: Message): void {
    const id = message.content.comm_id;
    if (typeof id !== 'string') return;
    if (message.header.msg_type === 'comm_open') this.#opened(id, message);
    else if (message.header.msg_type === 'comm_close') this.#closed(id);
    else this.#message(id, message.content.data);
  }

  /** Sends a message of the engine to its front end. */
  send(message: Extract<FromEngine, { type: 'comm' }>): void {
    const comm = this.#open.get(message.comm);
    if (comm === undefined) return;
    const content = { comm_id: message.comm, data: message.data };
    void this.#iopub.urgent('comm_msg', comm.parent, content, message.buffers);
  }

  /** The content of a `comm_info_reply`. */
  info(target: unknown): Record<string, { target_name: string }> {
    const wanted = [...this.#open].filter(([, comm]) => typeof target !== 'string' || comm.target === target);
    return Object.fromEntries(wanted.map(([id, comm]) => [id, { target_name: comm.target }]));
  }

  /** The engine is gone: every view and input is over. Replay bars and panels go on with the next one. */
  engineLost(why: string): void {
    for (const [id, comm] of this.#open) {
      if (comm.target === VIEW_TARGET || comm.target === INPUT_TARGET)
        this.send({ type: 'comm', comm: id, data: { type: 'bye', reason: why }, buffers: [] });
    }
  }

  /** Another engine has started: the replay bars follow its clock, and panels show what it has. */
  engineRestarted(): void {
    for (const [id, comm] of this.#open) {
      if (comm.target === SESSION_TARGET) this.#engine({ type: 'sessionOpen', comm: id });
      else if (comm.target === PANEL_TARGET)
        this.#engine({ type: 'panelOpen', comm: id, open: { v: PROTOCOL_VERSION } });
    }
  }

  #opened(id: string, message: Message): void {
    const { target_name: target, data } = message.content;
    const isOurs = typeof target === 'string' && TARGETS.has(target);
    if (!isOurs || !(ANSWERING.has(target) || isObject(data))) {
      void this.#iopub.urgent('comm_close', message.header, { comm_id: id, data: {} });
      return;
    }
    this.#open.set(id, { target, parent: message.header });
    if (target === SESSION_TARGET) this.#engine({ type: 'sessionOpen', comm: id });
    else if (target === EXPORT_TARGET)
      this.#engine({ type: 'exportOpen', comm: id, open: data as unknown as ExportOpen });
    else if (target === INPUT_TARGET) this.#engine({ type: 'inputOpen', comm: id, open: data as InputOpen });
    else if (target === PANEL_TARGET)
      this.#engine({ type: 'panelOpen', comm: id, open: data as { v: number } });
    else this.#engine({ type: 'viewOpen', comm: id, open: data as ViewOpen });
  }

  #closed(id: string): void {
    if (this.#open.delete(id)) this.#engine({ type: 'close', comm: id });
  }

  #message(id: string, data: unknown): void {
    const comm = this.#open.get(id);
    if (comm === undefined || !(comm.target === INPUT_TARGET || isObject(data))) return;
    if (comm.target === SESSION_TARGET)
      this.#engine({ type: 'session', comm: id, request: data as SessionRequest });
    else if (comm.target === INPUT_TARGET)
      this.#engine({ type: 'input', comm: id, request: data as InputRequest });
    else if (comm.target === PANEL_TARGET)
      this.#engine({ type: 'panel', comm: id, request: data as PanelRequest });
    else this.#engine({ type: 'view', comm: id, request: data as ViewRequest });
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
