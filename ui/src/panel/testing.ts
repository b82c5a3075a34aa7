import type {
  PanelMessage,
  PanelPlanNode,
  PanelQuery,
  PanelRequest,
  PanelSource,
  PanelState,
} from '@millrace/protocol';
import type { ChannelState } from '../model/channel.js';
import { PanelClient, type PanelChannel } from './panelClient.js';
import { StreamsPanel } from './streamsPanel.js';

/** A kernel's end of a panel's channel, played by a test. */
export class FakeKernel implements PanelChannel {
  state: ChannelState = { kind: 'ready', reason: null };
  readonly sent: PanelRequest[] = [];
  opened = 0;
  #tell: (state: ChannelState) => void = () => undefined;
  #deliver: (message: PanelMessage, buffers: readonly Uint8Array[]) => void = () => undefined;

  onState(listener: (state: ChannelState) => void): void {
    this.#tell = listener;
    listener(this.state);
  }

  onMessage(listener: (message: PanelMessage, buffers: readonly Uint8Array[]) => void): void {
    this.#deliver = listener;
  }

  open(): void {
    this.opened++;
    this.become('open', null);
  }

  send(request: PanelRequest): void {
    this.sent.push(request);
  }

  close(): void {
    this.become('closed', null);
  }

  become(kind: ChannelState['kind'], reason: string | null): void {
    this.state = { kind, reason };
    this.#tell(this.state);
  }

  say(message: PanelMessage): void {
    this.#deliver(message, []);
  }

  looks(): readonly PanelRequest[] {
    return this.sent.filter(({ type }) => type === 'look');
  }
}

export const SOURCE: PanelSource = {
  id: 's1',
  name: 'trades',
  connector: 'file',
  live: false,
  state: 'running',
  rows: 1204,
  rowsPerSecond: 60,
  bytesRead: 48_000,
  bytesHeld: 0,
  watermarkUs: 1_767_623_400_000_000,
  lagUs: 2_000_000,
  boundUs: 2_000_000,
  late: 3,
  lateByUs: 9_000_000,
  rejected: 2,
  reconnects: 0,
  dropped: 0,
  historyEvicted: 0,
  trouble: null,
  holdsBack: [],
  owners: ['c1'],
  error: null,
};

export const QUERY: PanelQuery = {
  id: 'q1',
  name: 'bars',
  text: 'aggregate by symbol',
  state: 'running',
  rowsIn: 1204,
  rowsPerSecond: 60,
  rows: 21,
  tableBytes: 4000,
  stateBytes: 900,
  evicted: 0,
  late: 3,
  watermarkUs: 1_767_623_400_000_000,
  lagUs: 2_000_000,
  load: 0.02,
  waitsFor: null,
  sources: ['s1'],
  over: null,
  owners: ['c2'],
  error: null,
};

export function stateOf(given: Partial<PanelState> = {}): PanelState {
  return {
    summary: { sources: 1, queries: 1, rowsPerSecond: 60, worstLagUs: 2e6, worstLagOf: 'trades', errors: 0 },
    clock: 'playing',
    memory: { usedBytes: 5000, limitBytes: 1_073_741_824, evictedBytes: 0 },
    sources: [SOURCE],
    queries: [QUERY],
    views: [],
    writes: [],
    kept: [],
    left: 0,
    plans: [],
    ...given,
  };
}

export function planNode(
  id: number,
  inputs: readonly number[],
  given: Partial<PanelPlanNode> = {},
): PanelPlanNode {
  return {
    id,
    kind: inputs.length === 0 ? 'source' : 'operator',
    op: inputs.length === 0 ? 'source' : 'filter',
    text: `node ${id}`,
    inputs,
    rowsIn: 10,
    rowsOut: 5,
    ms: inputs.length === 0 ? null : 1.5,
    share: inputs.length === 0 ? null : 0.25,
    stateRows: 0,
    stateBytes: 0,
    late: 0,
    watermarkUs: null,
    heldBy: null,
    windows: null,
    ...given,
  };
}

/** The cells that were gone to. */
export const gone: string[] = [];
export function setUp(cells: Readonly<Record<string, string>> = { c1: 'cell [1]', c2: 'cell [2]' }) {
  const kernel = new FakeKernel();
  const client = new PanelClient(kernel);
  const panel = new StreamsPanel();
  document.body.replaceChildren(panel.node);
  panel.setSubject({
    client,
    title: 'a.ipynb',
    cells: { label: id => cells[id] ?? null, go: id => gone.push(id) },
  });
  client.look('all');
  const say = (state: Partial<PanelState> = {}): void => kernel.say({ type: 'state', state: stateOf(state) });
  const table = (label: string): HTMLElement | undefined =>
    [...panel.node.querySelectorAll('section')].find(
      each => each.querySelector('h3')?.textContent?.startsWith(label) === true,
    );
  const unfold = (name: string): HTMLElement => {
    const fold = [...panel.node.querySelectorAll<HTMLElement>('.millrace-Panel-fold')].find(
      each => each.textContent === name,
    );
    fold?.click();
    return fold?.closest('tr')?.nextElementSibling as HTMLElement;
  };
  return { kernel, client, panel, say, table, unfold };
}

export const button = (node: Element, text: string): HTMLButtonElement =>
  [...node.querySelectorAll('button')].find(
    each => each.textContent === text && each.closest('[hidden]') === null,
  )!;
