import { arrivalFormat } from '../../sources/arrivalFormats.js';
import type { ArrivalTaker, Connect, Connection } from '../../sources/connection.js';
import { SourceError } from '../../sources/error.js';
import { numberOption, textOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import { joinConnection } from '../../sources/sharedConnections.js';
import type { World } from '../../sources/source.js';
import { isHttp } from '../network/httpExchange.js';
import { reveal } from '../secrets.js';

/** Longer answers, and events, are refused. */
export const MAX_BODY = 16 << 20;
/** The longest that a server may have others wait. */
export const LONGEST_WAIT_MS = 3_600_000;

/** How an address is asked. */
export interface HttpSourceOptions {
  readonly url: string;
  /** Headers of the user's, which may hold credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** The options `url`, `headers` and `timeoutUs` of a source, with the values of secrets. Errors `MR3961` (no address), `MR3962` (no headers), `MR3930` (no secret). */
export async function httpOptions(options: Options, directory: string): Promise<HttpSourceOptions> {
  const url = textOption(options, 'url', '');
  if (!URL.canParse(url) || !isHttp(new URL(url))) {
    throw new SourceError('MR3961', `'${url}' is no HTTP address.`, "Write 'https://…'.");
  }
  const given = options.headers ?? {};
  const isMap = typeof given === 'object' && !Array.isArray(given);
  const entries = isMap ? Object.entries((await reveal(given as Options, directory)).options) : null;
  const isHeader = ([name, value]: [string, unknown]) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
    typeof value === 'string' &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
  if (entries?.every(isHeader) !== true) {
    throw new SourceError(
      'MR3962',
      'the headers are no headers of HTTP.',
      "They are texts by name: { headers: { 'x-api-key': '…' } }.",
    );
  }
  return {
    url,
    headers: Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value as string])),
    timeoutMs: numberOption(options, 'timeoutUs', 30e6, 1) / 1000,
  };
}

/** Makes the connection of an address, which rows and its events have in common. */
export function joinedBy<Settings>(
  world: World,
  options: Options,
  settings: Settings,
  make: (settings: Settings, taker: ArrivalTaker) => Connection,
): Connect {
  const { atOnce = false } = arrivalFormat(options);
  const joining = { key: `http ${JSON.stringify(settings)}`, looksOn: atOnce, fromStart: false };
  return taker => joinConnection(world, joining, taker, shared => make(settings, shared));
}

/** An address as it may be shown: keys are mostly in what is behind the path. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** How long a server asks to be left alone, in milliseconds, by its header `Retry-After`: seconds or a date. */
export function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  const asked = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(asked) ? Math.min(LONGEST_WAIT_MS, Math.max(0, asked)) : 0;
}
