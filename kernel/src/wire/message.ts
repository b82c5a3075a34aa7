import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** The version of the Jupyter messaging protocol that this kernel speaks. */
export const JUPYTER_PROTOCOL = '5.5';

const DELIMITER = '<IDS|MSG>';
/** Signatures remembered in order to drop replays; the oldest half is forgotten when it is full. */
const REMEMBERED_SIGNATURES = 65_536;

export type JsonObject = Readonly<Record<string, unknown>>;

/** A header of the Jupyter messaging protocol. */
export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

/** A message with its routing identities and binary buffers. */
export interface Message {
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  /** The header of the request that this message answers; empty where there is none. */
  readonly parent: Header | Record<string, never>;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

/** What a sender says of a message; the codec adds the header. */
export interface Outgoing {
  /** The message's id; a new one where it is not given. */
  readonly id?: string;
  readonly type: string;
  readonly parent: Header | Record<string, never>;
  readonly content: JsonObject;
  readonly metadata?: JsonObject;
  readonly identities?: readonly (Uint8Array | string)[];
  readonly buffers?: readonly Uint8Array[];
}

/**
 * Signs, verifies, packs and unpacks messages. A message that is unsigned, badly signed, malformed or seen before
 * decodes to null and is to be dropped.
 */
export class MessageCodec {
  readonly #key: string;
  readonly #hash: string;
  readonly #session: string;
  readonly #username: string;
  #seen = new Set<string>();
  #seenBefore = new Set<string>();

  /**
   * @param key The connection file's key; empty turns signing off, as the protocol says.
   * @param scheme The connection file's signature scheme, such as `hmac-sha256`.
   */
  constructor(key: string, scheme = 'hmac-sha256', session: string = randomUUID(), username = 'kernel') {
    if (!scheme.startsWith('hmac-'))
      throw new Error(`Unknown signature scheme '${scheme}'; hmac-sha256 is usual.`);
    this.#key = key;
    this.#hash = scheme.slice('hmac-'.length);
    this.#session = session;
    this.#username = username;
  }

  encode(out: Outgoing): (Uint8Array | string)[] {
    const header: Header = {
      msg_id: out.id ?? randomUUID(),
      session: this.#session,
      username: this.#username,
      date: new Date().toISOString(),
      msg_type: out.type,
      version: JUPYTER_PROTOCOL,
    };
    const parts = [header, out.parent, out.metadata ?? {}, out.content].map(jsonOf);
    return [...(out.identities ?? []), DELIMITER, this.#sign(parts), ...parts, ...(out.buffers ?? [])];
  }

  decode(frames: readonly Uint8Array[]): Message | null {
    const at = frames.findIndex(frame => Buffer.from(frame).toString('latin1') === DELIMITER);
    if (at < 0 || frames.length < at + 6) return null;
    const signature = Buffer.from(frames[at + 1]).toString('latin1');
    const signed = frames.slice(at + 2, at + 6);
    if (!this.#verify(signature, signed)) return null;
    try {
      const [header, parent, metadata, content] = signed.map(
        part => JSON.parse(Buffer.from(part).toString('utf8')) as unknown,
      );
      if (!isHeader(header) || !isObject(content)) return null;
      return {
        identities: frames.slice(0, at),
        header,
        parent: isHeader(parent) ? parent : {},
        metadata: isObject(metadata) ? metadata : {},
        content,
        buffers: frames.slice(at + 6),
      };
    } catch {
      return null;
    }
  }

  #sign(parts: readonly (Uint8Array | string)[]): string {
    if (this.#key === '') return '';
    const hmac = createHmac(this.#hash, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  #verify(signature: string, parts: readonly Uint8Array[]): boolean {
    if (this.#key === '') return true;
    const expected = Buffer.from(this.#sign(parts), 'latin1');
    const given = Buffer.from(signature, 'latin1');
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
    if (this.#seen.has(signature) || this.#seenBefore.has(signature)) return false;
    if (this.#seen.size >= REMEMBERED_SIGNATURES / 2) {
      this.#seenBefore = this.#seen;
      this.#seen = new Set();
    }
    this.#seen.add(signature);
    return true;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHeader(value: unknown): value is Header {
  return isObject(value) && typeof value.msg_id === 'string' && typeof value.msg_type === 'string';
}

/**
 * A part of a message as JSON. Halves of characters, which JavaScript's texts can have, become what stands for no character: a notebook that has one cannot be
 * saved.
 */
function jsonOf(part: unknown): string {
  const json = JSON.stringify(part);
  if (!json.includes('\\ud')) return json;
  // Each escape as a whole, so that a backslash of the text is none.
  return json.replace(/\\(?:u([0-9a-f]{4})|.)/g, (escape: string, code: string | undefined) =>
    code !== undefined && code >= 'd800' && code <= 'dfff' ? '\\ufffd' : escape,
  );
}
