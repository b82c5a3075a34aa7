import {
  ORIGINS_LEASE_MS,
  type OriginRole,
  type ShownOrigin,
  type OriginsMessage,
  type ViewMessage,
  type ViewOpen,
} from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import { viewColumns } from '../views/frames.js';
import type { SourceBindings } from './hostBindings.js';
import { originsOf } from './hostOrigins.js';
import { preparePlan, type QueryRegistry } from './hostQueries.js';
import type { RegisteredView, ViewRegistry } from './hostViews.js';
import { cut } from './panelText.js';
import { checkedRow, OriginRequestError, originsRequest } from './originRequests.js';
import type { ViewConnection } from './protocol.js';

type Send = (message: ViewMessage, buffers: readonly Uint8Array[]) => void;
type Found = NonNullable<OriginsMessage['found']>;

/** Questions that may be open at a time: each holds a few queries. */
const MOST_OPEN = 50;
/** Tables of one chart whose rows are listed. */
const MOST_TABLES = 8;

/**
 * Where rows of views come from: each question is answered with views of the rows that made a row, which are looked at as any other view, and are there until
 * the question is closed: by who asked, by another question of the same front end, with the view that it is about, or when nothing has been heard of it for long.
 */
export class OriginViews {
  readonly #open = new Set<Question>();
  #next = 1;

  constructor(
    readonly runtime: Runtime,
    readonly queries: QueryRegistry,
    readonly views: ViewRegistry,
    readonly bindings: SourceBindings,
  ) {}

  /** Connects a front end to a view, which it can ask where rows come from. */
  attach(open: ViewOpen, send: Send): ViewConnection {
    // What opens a view comes from outside.
    const { viewId, parts } = (open ?? {}) as Partial<ViewOpen>;
    const tables = [viewId, ...(Array.isArray(parts) ? parts : [])].map(String);
    let question: Question | null = null;
    const over = (): void => {
      question?.close();
      question = null;
    };
    const told: Send = (message, buffers) => {
      if (isOver(message)) over();
      send(message, buffers);
    };
    const view = this.views.attach(open, told);
    return {
      receive: request => {
        const asked = originsRequest(request);
        if (asked === null) view.receive(request);
        else if (asked.type === 'origins') {
          over();
          question = this.#ask(asked.id, send);
          const { part = 0, values } = asked;
          void this.#answer(question, values === null ? tables : [tables[part] ?? ''], values);
        } else if (question?.id !== asked.id) return;
        else if (asked.type === 'originsKeep') question.keep();
        else over();
      },
      close: () => {
        over();
        view.close();
      },
    };
  }

  /** Ends all questions for a reason: what was told is of what is no more. */
  endAll(reason: string): void {
    for (const question of [...this.#open]) question.end(reason);
  }

  #ask(id: number, send: Send): Question {
    const question = new Question(id, send, this.runtime, views => {
      this.#open.delete(question);
      for (const viewId of views) {
        const held = this.views.remove(viewId, 'It is not looked at any more.');
        if (held !== null) void this.queries.release(held);
      }
    });
    return question;
  }

  async #answer(question: Question, viewIds: readonly string[], values: unknown): Promise<void> {
    try {
      if (this.#open.size >= MOST_OPEN) {
        throw new OriginRequestError(
          'MR2234',
          `${MOST_OPEN} rows are asked about already, in this window and others.`,
          'Close some of them first.',
        );
      }
      this.#open.add(question);
      const views = viewIds.slice(0, MOST_TABLES).flatMap(viewId => this.views.get(viewId) ?? []);
      const [view] = views;
      if (view === undefined) {
        throw new OriginRequestError(
          'MR2235',
          'the kernel does not know the view of this row any more.',
          'Run its cell again.',
        );
      }
      const found =
        values === null ? await this.#rowsOf(views, question) : await this.#originsOf(view, values, question);
      question.tell(found, null);
    } catch (error) {
      question.end(textOf(error));
    }
  }

  async #originsOf(view: RegisteredView, values: unknown, question: Question): Promise<Found> {
    const plan = await this.bindings.resolve(view.plan, false);
    const { bound } = await preparePlan(plan, this.runtime);
    const { origins, rows, ...found } = await originsOf(
      plan,
      checkedRow(values, bound.fields),
      this.runtime,
      this.queries,
    );
    const shown: ShownOrigin[] = [];
    for (const { role, exact, plan } of origins) {
      if (question.isClosed) break;
      shown.push(await this.#show(role, exact, plan, view, question));
    }
    const { kind, step, window, watermarkUs, hasEnded } = found;
    return { kind, step: cut(step), window, watermarkUs, hasEnded, found: rows, origins: shown };
  }

  /** The rows of a view themselves, or of all tables of a chart, so that one can be chosen. */
  async #rowsOf(views: readonly RegisteredView[], question: Question): Promise<Found> {
    const { watermarkUs, state } = this.views.status(views[0]);
    const origins: ShownOrigin[] = [];
    for (const view of views) {
      if (question.isClosed) break;
      origins.push(await this.#show('rows', true, view.plan, view, question));
    }
    return {
      kind: 'view',
      step: '',
      window: null,
      watermarkUs,
      hasEnded: state === 'ended',
      found: 0,
      origins,
    };
  }

  /** Makes a view of rows, of the same owner: it is over with the cell. */
  async #show(
    role: OriginRole,
    exact: boolean,
    plan: PlanNode,
    { owner }: RegisteredView,
    question: Question,
  ): Promise<ShownOrigin> {
    const resolved = await this.bindings.resolve(plan, true);
    const held = await this.queries.hold(resolved, true);
    const viewId = `origin-${this.#next++}`;
    if (question.isClosed) await this.queries.release(held);
    else {
      const running = { held, values: this.bindings.valuesIn(resolved) };
      this.views.add(viewId, plan, running, owner, { kind: 'grid', title: null });
      question.shows(viewId);
    }
    const { bound } = held.prepared;
    return { role, exact, viewId, columns: viewColumns(bound.fields), key: bound.key ?? [] };
  }
}

/** A question of one front end, and the views that answer it. */
class Question {
  isClosed = false;
  readonly #views: string[] = [];
  #cancel: () => void = () => undefined;

  constructor(
    readonly id: number,
    readonly send: Send,
    readonly runtime: Runtime,
    readonly closed: (views: readonly string[]) => void,
  ) {
    this.keep();
  }

  shows(viewId: string): void {
    this.#views.push(viewId);
  }

  /** It is looked at: the lease begins anew. */
  keep(): void {
    this.#cancel();
    if (this.isClosed) return;
    this.#cancel = this.runtime.options.world.after(ORIGINS_LEASE_MS, () => {
      this.end('Nothing was heard of this page for a while: ask again.');
    });
  }

  /** Ends it for a reason that its reader is told. */
  end(reason: string): void {
    this.tell(null, reason);
    this.close();
  }

  tell(found: OriginsMessage['found'], error: string | null): void {
    if (!this.isClosed) this.send({ type: 'origins', id: this.id, found, error }, []);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#cancel();
    this.closed(this.#views);
  }
}

/** What went wrong, for who looks at a table rather than at code. */
function textOf(error: unknown): string {
  if (error instanceof MillraceError && error.code === 'MR2232')
    return `MR2232 this row is not there any more. It has been changed or removed since it was drawn: ask about the one that stands there now.`;
  return error instanceof Error ? error.message : String(error);
}

function isOver(message: ViewMessage): boolean {
  if (message.type === 'group') return message.messages.some(each => isOver(each.message));
  return message.type === 'bye';
}
