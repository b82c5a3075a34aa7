import { parseDuration, type DurationText } from '../../columns/duration.js';
import type { Batch } from '../../columns/batch.js';
import type { OpenSink, SinkConnector } from '../../sinks/sink.js';
import { SourceError } from '../../sources/error.js';
import type { Options } from '../../sources/options.js';
import { monotonicMs } from '../../sources/receiveClock.js';
import type { World } from '../../sources/source.js';
import { sinkPath } from './sinkOptions.js';

/** When the next file begins: after so long, or so many rows. */
interface Every {
  readonly ms: number;
  readonly rows: number;
}

/**
 * A kind of file that can also be written in parts (option `every`: a duration as text, or a number of rows): `trades.csv` becomes
 * `trades-20260105T093000Z-1.csv` and so on, each of which appears when it is complete. Parts are cut between batches.
 */
export function inParts(connector: SinkConnector): SinkConnector {
  return {
    ...connector,
    open: async (schema, options, world, request) => {
      const every = everyOption(options);
      if (every === null) return connector.open(schema, options, world, request);
      const path = sinkPath(options);
      let number = 0;
      const next = (): Promise<OpenSink> => {
        const name = partPath(path, world.now(), ++number);
        return connector.open(schema, { ...options, path: name, every: undefined }, world, request);
      };
      // That the first one cannot be is said at once.
      return new Parts(await next(), next, every, world);
    },
  };
}

class Parts implements OpenSink {
  #rows = 0;
  #bytes = 0;
  #partRows = 0;
  #since: number;

  constructor(
    private part: OpenSink,
    private readonly next: () => Promise<OpenSink>,
    private readonly every: Every,
    private readonly world: World,
  ) {
    this.#since = monotonicMs(world);
  }

  get bytes(): number {
    return this.#bytes + (this.part.bytes ?? 0);
  }

  async write(batch: Batch): Promise<void> {
    const old = monotonicMs(this.world) - this.#since >= this.every.ms;
    if (this.#partRows > 0 && (old || this.#partRows >= this.every.rows)) await this.#turn();
    await this.part.write(batch);
    this.#partRows += batch.length;
    this.#rows += batch.length;
  }

  async finish(): Promise<{ readonly rows: number; readonly bytes: number }> {
    const { bytes } = await this.part.finish();
    return { rows: this.#rows, bytes: this.#bytes + bytes };
  }

  abort(): Promise<void> {
    return this.part.abort();
  }

  async #turn(): Promise<void> {
    const { bytes } = await this.part.finish();
    this.#bytes += bytes;
    this.part = await this.next();
    this.#partRows = 0;
    this.#since = monotonicMs(this.world);
  }
}

function everyOption({ every }: Options): Every | null {
  if (every === undefined) return null;
  if (typeof every === 'number' && Number.isSafeInteger(every) && every > 0)
    return { ms: Infinity, rows: every };
  if (typeof every === 'string')
    return {
      ms: parseDuration(every as DurationText, 'a time after which the next file begins') / 1000,
      rows: Infinity,
    };
  throw new SourceError(
    'MR3905',
    'every says when the next file begins, and is neither a duration nor a number of rows.',
    "Write { every: '1 h' } or { every: 1_000_000 }.",
  );
}

function partPath(path: string, nowMs: number, number: number): string {
  const at = path.search(/(\.[A-Za-z0-9]+)(\.gz)?$/);
  const time = new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return `${at < 0 ? path : path.slice(0, at)}-${time}-${number}${at < 0 ? '' : path.slice(at)}`;
}
