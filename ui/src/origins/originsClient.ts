import {
  ORIGINS_LEASE_MS,
  type FoundOrigins,
  type OriginsMessage,
  type OriginsRequest,
} from '@millrace/protocol';
import type { AskedRow } from './askedRow.js';

/** What becomes of a question. */
export type Answer =
  | { readonly kind: 'found'; readonly found: FoundOrigins }
  | { readonly kind: 'failed'; readonly text: string }
  /** It was answered, and what was shown is not there any more. */
  | { readonly kind: 'over'; readonly text: string };

/** An answer that is looked at is asked for again so often within its lease. */
const KEEPS = 3;

/** The questions about rows of one view, one at a time, over the view's own channel. */
export class OriginsClient {
  private next = 1;
  private id: number | null = null;
  private told: (answer: Answer) => void = () => undefined;
  private isFound = false;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    /** @returns whether there is somebody to ask */
    private readonly send: (request: OriginsRequest) => boolean,
  ) {}

  /** Whether something is asked, or an answer looked at. */
  get isAsked(): boolean {
    return this.id !== null;
  }

  /** Asks about a row, in the place of one that was asked about before. */
  ask({ part, values }: Pick<AskedRow, 'part' | 'values'>, told: (answer: Answer) => void): void {
    clearInterval(this.timer);
    const id = this.next++;
    this.id = id;
    this.isFound = false;
    this.told = told;
    if (!this.send({ type: 'origins', id, part, values }))
      this.end({ kind: 'failed', text: 'No kernel is connected: run the cell again.' });
  }

  receive({ id, found, error }: OriginsMessage): void {
    if (id !== this.id) return;
    if (found === null) {
      this.end({ kind: this.isFound ? 'over' : 'failed', text: error ?? 'There is no answer.' });
      return;
    }
    this.isFound = true;
    clearInterval(this.timer);
    this.timer = setInterval(() => this.send({ type: 'originsKeep', id }), ORIGINS_LEASE_MS / KEEPS);
    this.told({ kind: 'found', found });
  }

  /** The answer is not looked at any more. */
  close(): void {
    const { id } = this;
    this.forget();
    if (id !== null) this.send({ type: 'originsClose', id });
  }

  /** The view is over, and what was found with it. */
  lost(reason: string): void {
    if (this.id !== null) this.end({ kind: 'over', text: reason });
  }

  private end(answer: Answer): void {
    const { told } = this;
    this.forget();
    told(answer);
  }

  private forget(): void {
    clearInterval(this.timer);
    this.id = null;
    this.told = () => undefined;
  }
}
