import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import { columnOf, type Value } from '../../engine/src/columns/values.js';
import { BOOK_FIELDS, BookTable, text, type ToldLevel } from '../support/bookTable.js';
import type { NamedRow } from '../support/exchangeRows.js';
import { forRandom, type Random } from './random.js';

const DEPTH = 3;

/** A row of changes, and the watermark behind it. */
interface Row {
  readonly values: NamedRow;
  readonly mark: number;
}

/** Messages of several symbols, their rows among each other's. */
function makeRows(random: Random): Row[] {
  const symbols = ['A', 'B', '', '__proto__'].slice(0, 1 + random.below(4));
  const messages = Array.from({ length: 10 + random.below(60) }, (_, at) =>
    makeMessage(random, random.pick(symbols), at),
  );
  const rows: NamedRow[] = [];
  // Messages of one symbol keep their order.
  const open: NamedRow[][] = [];
  for (const message of [...messages, null]) {
    if (message !== null && random.chance(0.3) && open.every(([row]) => row.symbol !== message[0].symbol)) {
      open.push(message);
      continue;
    }
    while (open.length > 0) {
      const at = random.below(open.length);
      rows.push(open[at].shift()!);
      if (open[at].length === 0) open.splice(at, 1);
    }
    rows.push(...(message ?? []));
  }
  // The last message may have no end.
  if (random.chance(0.3)) rows.pop();
  let mark = -Infinity;
  return rows.map(values => {
    mark = Math.max(mark, Number(values.ts as bigint) - 5);
    return { values, mark };
  });
}

function makeMessage(random: Random, symbol: string, at: number): NamedRow[] {
  const kind = random.chance(0.25)
    ? 'snapshot'
    : random.pick(['change', 'change', 'change', 'gap', 'disconnect', 'odd']);
  const levels = kind === 'gap' || kind === 'disconnect' ? 1 : 1 + random.below(kind === 'snapshot' ? 12 : 4);
  const ts = BigInt(10 * at + random.below(30));
  const lastId = random.chance(0.1) ? null : random.chance(0.1) ? 2n ** 60n + BigInt(at) : BigInt(at);
  return Array.from({ length: levels }, (_, level) => ({
    ts,
    received: BigInt(at),
    symbol,
    kind,
    side: random.chance(0.05) ? null : random.pick(['bid', 'ask']),
    price: random.chance(0.05) ? null : random.pick([-1, 0, 1.5, 2, 3, 4, 5, 6, 7]),
    size: random.chance(0.05) ? null : random.chance(0.3) ? 0 : random.below(5) + 0.5,
    firstId: null,
    lastId,
    expectedId: null,
    last: level === levels - 1,
  }));
}

let shared = new Dictionary();

function batchOf(random: Random, rows: readonly Row[]): Batch {
  if (shared.size > 64) shared = new Dictionary();
  const dictionary = random.chance(0.5) ? shared : new Dictionary();
  return {
    schema: { fields: BOOK_FIELDS },
    length: rows.length,
    columns: BOOK_FIELDS.map(({ name, type }) =>
      columnOf(
        type,
        rows.map(
          ({ values }) => (typeof values[name] === 'boolean' ? Number(values[name]) : values[name]) as Value,
        ),
        type.kind === 'string' ? dictionary : null,
      ),
    ),
    kinds: null,
    marks: Float64Array.from(rows, ({ mark }) => mark),
    watermark: rows.at(-1)?.mark ?? -Infinity,
  };
}

/** Books as anybody would write them: maps of prices, sorted when they are looked at. */
class Reference {
  readonly #books = new Map<string, { state: string; bid: Map<number, number>; ask: Map<number, number> }>();
  readonly #messages = new Map<string, NamedRow[]>();

  take(row: NamedRow): void {
    const symbol = row.symbol as string;
    const message = [...(this.#messages.get(symbol) ?? []), row];
    this.#messages.set(symbol, message);
    if (row.last !== true) return;
    this.#messages.delete(symbol);
    const book = this.#books.get(symbol) ?? { state: 'unsynced', bid: new Map(), ask: new Map() };
    this.#books.set(symbol, book);
    const { kind } = row;
    if (kind === 'gap' && book.state === 'synced') book.state = 'gap';
    if (kind === 'disconnect') book.state = 'unsynced';
    if (kind === 'snapshot') Object.assign(book, { state: 'synced', bid: new Map(), ask: new Map() });
    if (book.state !== 'synced' || (kind !== 'snapshot' && kind !== 'change')) return;
    for (const { side, price, size } of message) {
      if (side === null || price === null || size === null) continue;
      const levels = book[side as 'bid' | 'ask'];
      if (size === 0) levels.delete(price as number);
      else levels.set(price as number, size as number);
    }
  }

  texts(): string[] {
    return [...this.#books].flatMap(([symbol, { state, bid, ask }]) => {
      const bids = [...bid].sort(([a], [b]) => b - a).slice(0, DEPTH);
      const asks = [...ask].sort(([a], [b]) => a - b).slice(0, DEPTH);
      const levels = Math.max(1, bids.length, asks.length);
      return Array.from({ length: levels }, (_, k) =>
        [symbol, k + 1, ...(bids[k] ?? [null, null]), ...(asks[k] ?? [null, null]), state]
          .map(String)
          .join(' '),
      );
    });
  }
}

const shown = ({ symbol, level, bid, bidSize, ask, askSize, state }: NamedRow): string =>
  [symbol, level, bid, bidSize, ask, askSize, state].map(String).join(' ');

const toldText = ({ kind, level, mark }: ToldLevel): string => `${kind} ${text(level)} ${mark}`;

test('books are those of a reference, told message by message however the rows are cut', () =>
  forRandom(random => {
    const rows = makeRows(random);
    const table = new BookTable(DEPTH);
    const single = new BookTable(DEPTH);
    const reference = new Reference();
    const told: [string[], string[]] = [[], []];
    for (let from = 0; from < rows.length;) {
      const piece = rows.slice(from, from + 1 + random.below(random.chance(0.3) ? 60 : 8));
      from += piece.length;
      told[0].push(...table.push(batchOf(random, piece)).map(toldText));
      for (const row of piece) {
        told[1].push(...single.push(batchOf(random, [row])).map(toldText));
        reference.take(row.values);
      }
      expect([...table.levels.values()].map(shown).sort()).toEqual(reference.texts().sort());
      if (random.chance(0.2)) table.restart();
    }
    expect(told[0]).toEqual(told[1]);
  }));

test('changes may come without the values that they replace', () =>
  forRandom(random => {
    const rows = makeRows(random);
    const whole = new BookTable(DEPTH);
    const upsert = new BookTable(DEPTH, 'upsert');
    const batch = batchOf(random, rows);
    const told = whole.tell(batch).filter(({ kind }) => kind !== 1);
    expect(upsert.tell(batch).map(({ kind, level }) => `${kind} ${text(level)}`)).toEqual(
      told.map(({ kind, level }) => `${kind} ${text(level)}`),
    );
  }, 40));
