import { get as getPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getSecure } from 'node:https';
import { SourceError } from '../../sources/error.js';
import type { World } from '../../sources/source.js';
import { AddressGuard } from './addresses.js';

const MOST_REDIRECTS = 5;

/** How an address is asked. */
export interface HttpOptions {
  /** They go to the first server alone: they may hold its secrets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the answer's head may take, and its body be silent. */
  readonly timeoutMs: number;
  /** Throws for an address that is not to be asked: the one that is given, and those of redirects. */
  readonly check?: (url: URL) => void;
  /** Stops the request. */
  readonly signal: AbortSignal;
}

/**
 * Asks an HTTP address and resolves with the answer, whose body is still to be read: redirects are followed, each checked against what may be
 * connected to (`MR3506`). Error `MR3507` for an address that is none, and for an answer other than 2xx.
 */
export async function openHttp(
  address: string,
  options: HttpOptions,
  world: World,
): Promise<IncomingMessage> {
  const guard = new AddressGuard(world);
  let url = urlOf(address);
  const { origin } = url;
  for (let redirects = 0; ; redirects++) {
    guard.check(url);
    options.check?.(url);
    const answer = await ask(url, url.origin === origin ? options : { ...options, headers: {} }, guard);
    const { statusCode = 0, headers } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    answer.destroy();
    const { location } = headers;
    if (statusCode < 300 || statusCode >= 400 || location === undefined || redirects === MOST_REDIRECTS) {
      throw new SourceError('MR3507', `${pathOf(url.href)} answers ${statusCode}.`, 'It has to answer 200.');
    }
    url = urlOf(new URL(location, url).href);
  }
}

/** The body of an HTTP address. Errors as for `openHttp`, and `MR3507` for one of more than `maxBytes`. */
export async function readHttp(
  address: string,
  options: HttpOptions & { readonly maxBytes: number },
  world: World,
): Promise<Uint8Array> {
  const answer = await openHttp(address, options, world);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > options.maxBytes) {
      answer.destroy();
      throw new SourceError(
        'MR3507',
        `${pathOf(address)} has more than ${options.maxBytes} bytes.`,
        'Ask for less.',
      );
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** An address as it may be shown: keys are mostly in what is behind the path. */
function pathOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new SourceError('MR3507', `'${address}' is no HTTP address.`, "Write 'https://…'.");
}

function ask(
  url: URL,
  { headers, timeoutMs, signal }: HttpOptions,
  guard: AddressGuard,
): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getSecure : getPlain;
  const options: RequestOptions = {
    ...(headers === undefined ? {} : { headers }),
    signal,
    timeout: timeoutMs,
    lookup: guard.lookup as NonNullable<RequestOptions['lookup']>,
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const request = get(url, options, resolve);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} seconds`)));
    request.on('error', reject);
  });
}
