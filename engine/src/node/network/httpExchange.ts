import { Agent as PlainAgent, request as askPlain } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as askSecure } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { World } from '../../sources/source.js';
import { AddressGuard } from './addresses.js';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** An answer that was no answer: too many redirects, a body that is too large, silence. */
export class HttpTrouble extends Error {
  override readonly name = 'HttpTrouble';
}

/** Asks one server again and again, over connections that are kept: redirects are followed, each address is checked before it is connected to. */
export class HttpExchange {
  readonly #guard: AddressGuard;
  readonly #plain = new PlainAgent({ keepAlive: true, maxSockets: 1 });
  readonly #secure = new SecureAgent({ keepAlive: true, maxSockets: 1 });

  constructor(world: World) {
    this.#guard = new AddressGuard(world);
  }

  /**
   * The answer to a GET, whatever its status; its body is still to be read. A server that an answer leads to is told nothing of `headers`, which may hold
   * credentials.
   */
  async get(
    address: string,
    headers: Readonly<Record<string, string>>,
    own: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const first = new URL(address);
    let url = first;
    for (let redirects = 0; ; redirects++) {
      this.#guard.check(url);
      const answer = await this.#ask(url, url.origin === first.origin ? { ...headers, ...own } : own, signal);
      const { location } = answer.headers;
      if (!REDIRECTS.has(answer.statusCode ?? 0) || location === undefined) return answer;
      answer.destroy();
      if (redirects === MOST_REDIRECTS) throw new HttpTrouble(`more than ${MOST_REDIRECTS} redirects`);
      if (!URL.canParse(location, url.href)) throw new HttpTrouble('a redirect to no address');
      url = new URL(location, url);
      if (!isHttp(url)) throw new HttpTrouble(`a redirect to '${url.protocol}'`);
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #ask(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:';
    const options: RequestOptions = {
      headers,
      signal,
      lookup: this.#guard.lookup as NonNullable<RequestOptions['lookup']>,
      agent: isSecure ? this.#secure : this.#plain,
    };
    return new Promise((resolve, reject) => {
      const request = (isSecure ? askSecure : askPlain)(url, options, resolve);
      request.on('socket', socket => socket.setKeepAlive(true, 30_000));
      request.on('error', reject);
      request.end();
    });
  }
}

/** Whether an address is one of the web's. */
export function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

/** The body of an answer, unpacked. More than `maxBytes`, packed or not, is trouble. */
export async function bodyOf(answer: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity') {
    answer.destroy();
    throw new HttpTrouble(`an answer in the encoding '${encoding.slice(0, 40)}'`);
  }
  const body: Readable = encoding === 'gzip' ? answer.pipe(createGunzip()) : answer;
  if (body !== answer) answer.on('error', error => body.destroy(error));
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new HttpTrouble(`an answer of more than ${maxBytes >> 20} MB`);
      pieces.push(piece);
    }
    if (!answer.complete) throw new HttpTrouble('an answer that breaks off');
  } catch (error) {
    answer.destroy();
    body.destroy();
    throw error;
  }
  return Buffer.concat(pieces);
}
