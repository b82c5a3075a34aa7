import { Temporal } from 'temporal-polyfill';
import { SourceError } from './error.js';
import type { MadeLane, RowMaker } from './madeRows.js';
import type { Options } from './options.js';
import { textOption } from './options.js';
import { seededRandom } from './random.js';

/** A pause in the trading of a symbol, in whole seconds since the opening; `to` is the first second after it. */
export interface Halt {
  readonly symbol: number;
  readonly from: number;
  readonly to: number;
}

/** How long a halt lasts whose length nobody says. */
const SECONDS = 300;

/** The option `halts`: how many of five minutes each there are, or which. Error `MR3950`. */
export function haltsOption(
  options: Options,
  seed: number,
  symbols: readonly string[],
  openUs: number,
  seconds: number,
): readonly Halt[] {
  const { halts = 0 } = options;
  if (typeof halts === 'number' && Number.isInteger(halts) && halts >= 0 && halts <= 1000) {
    return drawn(halts, seed, symbols.length, seconds);
  }
  if (!Array.isArray(halts)) throw wrongHalt(halts);
  return halts.flatMap(halt => {
    const { symbol, from, to } = halt as Record<string, unknown>;
    const first = typeof from === 'string' ? instantOf(options, from) : null;
    const last = typeof to === 'string' ? instantOf(options, to) : null;
    if (first === null || last === null || last <= first) throw wrongHalt(halt);
    const span = {
      from: Math.max(0, Math.floor((first - openUs) / 1e6)),
      to: Math.min(seconds, Math.ceil((last - openUs) / 1e6)),
    };
    const all = symbol === undefined ? symbols.map((_, i) => i) : [symbols.indexOf(symbol as string)];
    if (all.includes(-1)) throw wrongHalt(halt);
    return span.from < span.to ? all.map(each => ({ symbol: each, ...span })) : [];
  });
}

function wrongHalt(halt: unknown): SourceError {
  return new SourceError(
    'MR3950',
    `${JSON.stringify(halt) ?? String(halt)} is no halt of this market.`,
    "Write { halts: 3 }, or { halts: [{ symbol: 'AAPL', from: '11:00', to: '11:05' }] }; without a symbol all are halted.",
  );
}

/** A time of the market's day in microseconds, or null. */
function instantOf(options: Options, time: string): number | null {
  const day = textOption(options, 'day', '2024-03-08');
  const zone = textOption(options, 'timeZone', 'America/New_York');
  try {
    return Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).epochMilliseconds * 1000;
  } catch {
    return null;
  }
}

function drawn(count: number, seed: number, symbols: number, seconds: number): Halt[] {
  const random = seededRandom(seed + 0x4a17);
  const length = Math.min(SECONDS, Math.floor(seconds / 10));
  return Array.from({ length: count }, () => {
    const from = Math.floor(random() * (seconds - length));
    return { symbol: Math.floor(random() * symbols), from, to: from + Math.max(1, length) };
  });
}

/** Which symbols are halted, as the day goes on. */
export class HaltedSymbols {
  readonly #halted: Int32Array;
  #count = 0;

  constructor(
    private readonly halts: readonly Halt[],
    symbols: number,
  ) {
    this.#halted = new Int32Array(symbols);
  }

  /** Goes to a second of the day. */
  at(second: number): void {
    this.#halted.fill(0);
    for (const { symbol, from, to } of this.halts)
      if (second >= from && second < to) this.#halted[symbol] = 1;
    this.#count = this.#halted.reduce((a, b) => a + b, 0);
  }

  get any(): boolean {
    return this.#count > 0;
  }

  get all(): boolean {
    return this.#count === this.#halted.length;
  }

  has(symbol: number): boolean {
    return this.#halted[symbol] === 1;
  }

  /** The symbol itself, or the next one that is traded. */
  traded(symbol: number): number {
    let at = symbol;
    while (this.#halted[at] === 1) at = (at + 1) % this.#halted.length;
    return at;
  }
}

/** The rows of a market's halts: when trading in a symbol stops (0) and goes on (1). */
export class HaltRows implements RowMaker {
  readonly #events: readonly { readonly second: number; readonly symbol: number; readonly status: number }[];
  #at = 0;

  constructor(
    halts: readonly Halt[],
    private readonly openUs: number,
  ) {
    this.#events = joined(halts)
      .flatMap(({ symbol, from, to }) => [
        { second: from, symbol, status: 0 },
        { second: to, symbol, status: 1 },
      ])
      .sort((a, b) => a.second - b.second || a.symbol - b.symbol);
  }

  make(count: number, [ts, symbol, status]: readonly MadeLane[]): number {
    const length = Math.min(count, this.#events.length - this.#at);
    for (let i = 0; i < length; i++) {
      const event = this.#events[this.#at++];
      ts.data[i] = this.openUs + event.second * 1e6;
      symbol.data[i] = event.symbol;
      status.data[i] = event.status;
    }
    return length;
  }
}

/** Halts of one symbol that touch are one. */
function joined(halts: readonly Halt[]): Halt[] {
  const all: Halt[] = [];
  for (const halt of [...halts].sort((a, b) => a.symbol - b.symbol || a.from - b.from)) {
    const last = all.at(-1);
    if (last?.symbol === halt.symbol && halt.from <= last.to)
      all[all.length - 1] = { ...last, to: Math.max(last.to, halt.to) };
    else all.push(halt);
  }
  return all;
}
