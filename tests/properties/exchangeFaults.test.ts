import { describe, expect, test } from 'vitest';
import type { ArrivalRequest } from '../../engine/src/sources/arrival.js';
import { BookTable } from '../support/bookTable.js';
import { FormatRows, messageOf, namedRows, type NamedRow } from '../support/exchangeRows.js';
import { FaultyLine } from '../support/faultyMessages.js';
import { SimulatedBook, type BookDialect, type BookMessage } from '../support/simulatedBook.js';
import { forRandom, type Random } from './random.js';

const STEP_US = 100_000;
const FAULTS = { drop: 0.01, duplicate: 0.01, reorder: 0.01 };
/** Messages of each history: the full size is `npm run test:long`'s. */
const MESSAGES = Number(process.env.MILLRACE_RUNS ?? 0) > 200 ? 20_000 : 1000;

/** What has come of a history. */
interface Outcome {
  gaps: number;
  resyncs: number;
  longestUs: number;
  compared: number;
}

/** Sends a book's messages over a line that loses some, and compares the book that is made of them with the truth, message by message. */
class Broken {
  readonly outcome: Outcome = { gaps: 0, resyncs: 0, longestUs: 0, compared: 0 };
  readonly #exchange: SimulatedBook;
  readonly #format: FormatRows;
  readonly #table = new BookTable(10);
  readonly #sent = new Map<string, BookMessage>();
  /** Answers on their way: when they come, and what they are. */
  #answers: { readonly atUs: number; readonly make: () => string }[] = [];
  #nowUs = 0;
  #gapUs = NaN;
  #lastId = NaN;
  /** Whether a change has come since the snapshot. */
  #isInStep = false;

  constructor(
    private readonly dialect: BookDialect,
    private readonly random: Random,
  ) {
    const wrap = random.chance(0.5) ? 700 + random.below(2000) : Infinity;
    this.#exchange = new SimulatedBook('A', dialect, random.below(1e9), wrap);
    this.#format = new FormatRows(dialect === 'kraken' ? 'kraken.book' : 'binance.book', { depth: 10 });
  }

  run(messages: number): Outcome {
    const line = new FaultyLine<BookMessage>(FAULTS, this.random.below(1e9), message =>
      this.#deliver(message),
    );
    if (this.dialect === 'kraken') this.#receive(this.#exchange.snapshot());
    for (let k = 0; k < messages; k++) {
      this.#nowUs += STEP_US;
      for (const { atUs, make } of this.#answers.splice(0)) {
        if (atUs <= this.#nowUs) this.#receive(make());
        else this.#answers.push({ atUs, make });
      }
      line.send(this.#exchange.step(STEP_US / 1000));
    }
    expect(this.#format.rejects).toEqual([]);
    return this.outcome;
  }

  #deliver(message: BookMessage): void {
    this.#sent.set(message.text, message);
    const mustBeGap = this.#state === 'synced' && this.#isBehind(message);
    const rows = this.#receive(message.text);
    if (mustBeGap) expect(rows.some(({ kind }) => kind === 'gap')).toBe(true);
  }

  /** Whether a message begins behind the one that was next, or ids begin anew with it: what a reader of ids can know. */
  #isBehind({ firstId }: BookMessage): boolean {
    return this.dialect !== 'kraken' && (firstId > this.#lastId + 1 || (firstId === 0 && this.#isInStep));
  }

  get #state(): unknown {
    return this.#table.book('A')[0]?.state;
  }

  #receive(text: string): NamedRow[] {
    const rows: NamedRow[] = [];
    const arrival = messageOf(text, this.#nowUs);
    for (const batch of this.#format.batches(arrival, 1 + this.random.below(20))) {
      this.#table.push(batch);
      rows.push(...namedRows(batch));
    }
    for (const row of rows.filter(({ last }) => last === true)) this.#note(row);
    if (rows.length > 0 && this.#state === 'synced') this.#compare(text);
    for (const request of this.#format.asked.splice(0)) this.#answer(request);
    return rows;
  }

  #note({ kind, lastId }: NamedRow): void {
    this.#isInStep = kind === 'change';
    if (kind === 'gap') {
      this.outcome.gaps++;
      this.#gapUs = this.#nowUs;
      return;
    }
    if (kind === 'snapshot') {
      if (this.#gapUs === this.#gapUs) {
        this.outcome.resyncs++;
        this.outcome.longestUs = Math.max(this.outcome.longestUs, this.#nowUs - this.#gapUs);
      }
      this.#gapUs = NaN;
    }
    if (lastId !== null) this.#lastId = Number(lastId as bigint);
  }

  /** The book is the exchange's as it was behind the last update that it has: no level is missing, and none is a ghost. */
  #compare(text: string): void {
    const id = this.dialect === 'kraken' ? (this.#sent.get(text)?.lastId ?? this.#exchange.id) : this.#lastId;
    const book = this.#table.book('A');
    const side = (name: string): string =>
      book
        .flatMap(level =>
          level[name] === null ? [] : [`${String(level[name])}x${String(level[`${name}Size`])}`],
        )
        .join(' ');
    expect(`${side('bid')} | ${side('ask')}`).toBe(this.#exchange.best.get(id));
    this.outcome.compared++;
  }

  /** An answer comes after 50 to 300 ms, with the book as it is then. */
  #answer(request: ArrivalRequest): void {
    if ('send' in request && (request.send as { method: string }).method !== 'subscribe') return;
    const atUs = this.#nowUs + 50_000 + this.random.below(250_000);
    this.#answers.push({ atUs, make: () => this.#exchange.snapshot() });
  }
}

describe('a line that drops, repeats and swaps messages, one of a hundred each, with ids that wrap around', () => {
  test.each(['spot', 'futures', 'kraken'] as const)(
    '%s: gaps are told, and the book is the exchange’s again',
    dialect =>
      forRandom(
        random => {
          const { gaps, resyncs, longestUs, compared } = new Broken(dialect, random).run(MESSAGES);
          expect(gaps).toBeGreaterThan(MESSAGES / 200);
          expect(gaps - resyncs).toBeLessThanOrEqual(1);
          expect(longestUs).toBeLessThanOrEqual(2_000_000);
          expect(compared).toBeGreaterThan(MESSAGES / 2);
        },
        MESSAGES > 1000 ? 10 : 3,
      ),
  );
});
