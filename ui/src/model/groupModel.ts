import { PROTOCOL_VERSION, type ViewMessage, type ViewOutput, type ViewStatus } from '@millrace/protocol';
import type { Row } from './rows.js';
import { NO_CHANGE, ViewModel, type Change, type Frame } from './viewModel.js';

type Group = Extract<ViewMessage, { type: 'group' }>;

/** The rows of several tables that are drawn as one chart, each as it was at the same moment. What it says of itself is of the first, or of all together. */
export class GroupModel extends ViewModel {
  override readonly others: readonly ViewModel[];
  private readonly first: ViewModel;

  constructor(output: ViewOutput) {
    super({ ...output, snapshot: { ...output.snapshot, arrow: '' } });
    this.first = new ViewModel(output);
    this.others = (output.parts ?? []).map(part => new ViewModel({ ...output, ...part }));
    this.status = together(this.all.map(({ status }) => status));
  }

  override get size(): number {
    return this.all.reduce((total, { size }) => total + size, 0);
  }

  override rows(): Row[] {
    return this.first.rows();
  }

  override apply(frame: Frame, buffers: readonly Uint8Array[]): Change | 'gap' {
    if (frame.type !== 'group') throw new Error('The kernel tells one table of a chart that has several.');
    if (frame.v !== PROTOCOL_VERSION)
      throw new Error(
        `The kernel speaks version ${frame.v} of Millrace's view protocol, this extension version ${PROTOCOL_VERSION}. Install matching versions.`,
      );
    const changes = this.all.map(() => NO_CHANGE);
    let isGap = false;
    let at = 0;
    for (const { part, buffers: count, message } of frame.messages) {
      const own = buffers.slice(at, at + count);
      at += count;
      const model = this.all.at(part);
      if (model === undefined || (message.type !== 'snapshot' && message.type !== 'delta')) continue;
      const change = model.apply(message, own);
      if (change === 'gap') isGap = true;
      else changes[part] = change;
    }
    this.tell(frame);
    if (isGap) return 'gap';
    this.seq = frame.seq;
    this.columns = this.first.columns;
    this.key = this.first.key;
    const [change, ...others] = changes;
    return { ...change, others };
  }

  override whole(): Change {
    return { ...this.first.whole(), others: this.others.map(other => other.whole()) };
  }

  /** Takes in what a group says of the states of tables. */
  tell({ messages }: Group): void {
    for (const { part, message } of messages) {
      const model = this.all.at(part);
      if (message.type === 'status' && model !== undefined) model.status = message.status;
    }
    this.status = together(this.all.map(({ status }) => status));
  }

  private get all(): readonly ViewModel[] {
    return [this.first, ...this.others];
  }
}

/** Which state is said of several: that of the table that is furthest from its end, or has failed. */
const GRAVITY = ['ended', 'live', 'replaying', 'paused', 'failed'] as const;

/** The state of several tables as one: rows are those of all, the watermark the lowest. */
function together(statuses: readonly ViewStatus[]): ViewStatus {
  const sum = (of: (status: ViewStatus) => number): number =>
    statuses.reduce((total, status) => total + of(status), 0);
  const watermarks = statuses.flatMap(({ watermarkUs }) => watermarkUs ?? []);
  const since = statuses.flatMap(({ sinceUs }) => sinceUs ?? []);
  return {
    state: GRAVITY[Math.max(...statuses.map(({ state }) => GRAVITY.indexOf(state)))],
    total: sum(({ total }) => total),
    rowsIn: sum(({ rowsIn }) => rowsIn),
    late: sum(({ late }) => late),
    rejected: sum(({ rejected }) => rejected),
    evicted: sum(({ evicted }) => evicted),
    watermarkUs: watermarks.length === 0 ? null : Math.min(...watermarks),
    ...(since.length === 0 ? {} : { sinceUs: Math.max(...since) }),
    error: statuses.find(({ error }) => error !== null)?.error ?? null,
  };
}
