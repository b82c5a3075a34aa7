import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { publicAddress } from '../../sources/address.js';
import { SourceError } from '../../sources/error.js';
import type { World } from '../../sources/source.js';
import { fileHashes } from '../files/fileHash.js';
import { openHttp } from './http.js';

/** Larger files are not downloaded, unless an option says so. */
export const MOST_DOWNLOAD_BYTES = 2 ** 31;
const TIMEOUT_MS = 30_000;
/** What was begun and has not grown for so long is nobody else's any more. */
const ABANDONED_MS = 10_000;

/** The downloads of this process that are under way, by their hashes. */
const underWay = new Map<string, Promise<string>>();

/** Where downloads are kept: below `XDG_CACHE_HOME`, or the user's folder of caches. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME: own } = process.env;
  return join(own === undefined || own === '' ? join(homedir(), '.cache') : own, 'millrace', 'downloads');
}

/**
 * The path of a file at an HTTP address: downloaded once, kept by its SHA-256, and refused where it is another one. Errors `MR3812` (another file),
 * `MR3814` (it is too large, or the download failed), `MR3506` (it may not be connected to).
 *
 * @param hash of the file's bytes, or of what arrived where it is a recording
 */
export async function downloadedFile(
  address: string,
  hash: string,
  maxBytes: number,
  world: World,
): Promise<string> {
  const folder = join(cacheFolder(), hash);
  const path = join(folder, fileName(address));
  const isThere = await stat(path).then(
    found => found.isFile(),
    () => false,
  );
  if (isThere && (await isOf(path, hash))) return path;
  let download = underWay.get(hash);
  if (download === undefined) {
    download = fetchFile(address, hash, maxBytes, folder, path, world).finally(() => underWay.delete(hash));
    underWay.set(hash, download);
  }
  return download;
}

/** The last part of an address, as a name for a file anywhere. */
function fileName(address: string): string {
  const last = new URL(address).pathname.split('/').pop() ?? '';
  const name = last
    .replace(/[^\w.-]/g, '_')
    .replace(/^\.+/, '')
    .slice(-100);
  return name === '' ? 'file' : name;
}

async function isOf(path: string, hash: string): Promise<boolean> {
  const { bytes, arrivals } = await fileHashes(path);
  return bytes === hash || arrivals === hash;
}

async function fetchFile(
  address: string,
  hash: string,
  maxBytes: number,
  folder: string,
  path: string,
  world: World,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  let part = join(folder, 'part');
  const begun = await stat(part).catch(() => null);
  // Another process may be at it: then each has its own.
  if (begun !== null && world.now() - begun.mtimeMs < ABANDONED_MS)
    part = `${part}-${Math.floor(world.random() * 2 ** 40).toString(36)}`;
  const at = publicAddress(address);
  try {
    await receive(address, part, begun?.size ?? 0, maxBytes, world);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SourceError(
      'MR3814',
      `${at} could not be downloaded: ${reason}.`,
      'What has come is kept, and the next try goes on from there.',
    );
  }
  if (!(await isOf(part, hash))) {
    const found = (await fileHashes(part)).bytes;
    await rm(part, { force: true });
    throw new SourceError(
      'MR3812',
      `what ${at} gives is another file: its SHA-256 is ${found}, and ${hash} is asked for.`,
      'It was thrown away. If it is meant to have changed, write the new hash.',
    );
  }
  await rename(part, path);
  return path;
}

/** Writes a body to a file, behind what is there of it already. */
async function receive(
  address: string,
  part: string,
  begun: number,
  maxBytes: number,
  world: World,
): Promise<void> {
  const abort = new AbortController();
  const ask = (from: number): Promise<IncomingMessage> =>
    openHttp(
      address,
      {
        timeoutMs: TIMEOUT_MS,
        signal: abort.signal,
        headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
        check: checkPlain,
      },
      world,
    );
  // A server that has nothing behind what is there says so: then it is downloaded anew.
  const answer = await ask(begun).catch((error: unknown) => {
    if (begun > 0 && error instanceof SourceError && error.text.endsWith('answers 416.')) return ask(0);
    throw error;
  });
  const range = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '');
  let size = answer.statusCode === 206 && Number(range?.[1]) === begun ? begun : 0;
  if (answer.statusCode === 206 && size !== begun) {
    answer.destroy();
    throw new Error('the server answers with another part than was asked for');
  }
  const file = await open(part, size > 0 ? 'r+' : 'w');
  try {
    const announced = Number(answer.headers['content-length'] ?? 0);
    if (size + announced > maxBytes) throw tooLarge(address, maxBytes);
    for await (const piece of answer as AsyncIterable<Buffer>) {
      if (size + piece.length > maxBytes) throw tooLarge(address, maxBytes);
      for (let at = 0; at < piece.length;)
        at += (await file.write(piece, at, piece.length - at, size + at)).bytesWritten;
      size += piece.length;
    }
    if (!answer.complete) throw new Error('the connection was lost');
    await file.sync();
  } finally {
    answer.destroy();
    abort.abort();
    await file.close();
  }
}

function tooLarge(address: string, maxBytes: number): SourceError {
  return new SourceError(
    'MR3814',
    `${publicAddress(address)} has more than ${maxBytes} bytes.`,
    `If it is meant to: { maxBytes: ${maxBytes * 4} }.`,
  );
}

/** What is not encrypted comes from this machine alone. */
function checkPlain(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'https:' || host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host))
    return;
  throw new SourceError(
    'MR3815',
    `${publicAddress(url.href)} is not encrypted: http: is for this machine alone.`,
    "Write 'https://…'.",
  );
}
