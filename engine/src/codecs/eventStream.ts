const COLON = 58;
/** Longer ids are not taken: each is sent in a header. */
const LONGEST_ID = 1024;
const NO_BYTES = new Uint8Array(0);

/** What a stream of server-sent events tells. */
export interface EventStreamListener {
  /** An event: its name ('message' where it has none) and its data, whose bytes are the listener's to keep. */
  event(name: string, data: Uint8Array): void;
  /** An event, or a line, of more bytes than are taken: it is passed over. */
  tooLarge(): void;
}

/**
 * Reads server-sent events (`text/event-stream`) as the WHATWG's HTML standard says, out of bytes in any pieces. It holds one event, of at most
 * `maxBytes`.
 */
export class EventStream {
  /** The id of the last event that had one; what a reconnection sends. */
  lastEventId = '';
  /** How long the server wants others to wait before they connect again; null: it has not said. */
  retryMs: number | null = null;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #line = NO_BYTES;
  #lineLength = 0;
  #data = NO_BYTES;
  #dataLength = 0;
  #hasData = false;
  #name = '';
  #id = '';
  /** The last byte was a carriage return: a line feed right behind it belongs to it. */
  #afterReturn = false;
  #isFirst = true;
  /** The line has more bytes than are taken. */
  #isCut = false;
  #isTooLarge = false;

  constructor(
    private readonly maxBytes: number,
    private readonly listener: EventStreamListener,
  ) {}

  /** A new connection: what was left of an event is gone. */
  begin(): void {
    this.#lineLength = 0;
    this.#afterReturn = false;
    this.#isFirst = true;
    this.#isCut = false;
    this.#id = this.lastEventId;
    this.#clear();
  }

  /** Reads the next bytes. */
  push(bytes: Uint8Array): void {
    let from = 0;
    if (this.#afterReturn && bytes.length > 0) {
      this.#afterReturn = false;
      if (bytes[0] === 10) from = 1;
    }
    let feed = bytes.indexOf(10, from);
    let back = bytes.indexOf(13, from);
    while (feed >= 0 || back >= 0) {
      const end = feed < 0 || (back >= 0 && back < feed) ? back : feed;
      this.#append(bytes, from, end);
      this.#endLine();
      from = end + 1;
      if (end === back) {
        if (from === bytes.length) this.#afterReturn = true;
        else if (bytes[from] === 10) from++;
        back = bytes.indexOf(13, from);
      }
      if (feed >= 0 && feed < from) feed = bytes.indexOf(10, from);
    }
    this.#append(bytes, from, bytes.length);
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#lineLength + to - from;
    if (length + this.#dataLength > this.maxBytes) {
      this.#isCut = true;
      return;
    }
    if (length > this.#line.length) this.#line = grown(this.#line, this.#lineLength, length);
    this.#line.set(bytes.subarray(from, to), this.#lineLength);
    this.#lineLength = length;
  }

  #endLine(): void {
    let from = 0;
    const length = this.#lineLength;
    const line = this.#line;
    this.#lineLength = 0;
    if (this.#isCut) {
      this.#isCut = false;
      this.#isTooLarge = true;
      return;
    }
    if (this.#isFirst) {
      this.#isFirst = false;
      if (length >= 3 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) from = 3;
    }
    if (from === length) {
      this.#dispatch();
      return;
    }
    const found = line.subarray(0, length).indexOf(COLON, from);
    const colon = found < 0 ? length : found;
    if (colon === from) return;
    const start = Math.min(length, line[colon + 1] === 32 && colon + 1 < length ? colon + 2 : colon + 1);
    this.#field(this.#text(line, from, colon), line, start, length);
  }

  #field(name: string, line: Uint8Array, from: number, to: number): void {
    switch (name) {
      case 'data': {
        const length = this.#dataLength + to - from + (this.#hasData ? 1 : 0);
        if (length > this.#data.length) this.#data = grown(this.#data, this.#dataLength, length);
        if (this.#hasData) this.#data[this.#dataLength++] = 10;
        this.#data.set(line.subarray(from, to), this.#dataLength);
        this.#dataLength = length;
        this.#hasData = true;
        return;
      }
      case 'event':
        this.#name = this.#text(line, from, to);
        return;
      case 'id': {
        const id = this.#text(line, from, to);
        if (!id.includes('\0') && id.length <= LONGEST_ID) this.#id = id;
        return;
      }
      case 'retry': {
        const text = this.#text(line, from, to);
        if (/^\d{1,9}$/.test(text)) this.retryMs = Number(text);
      }
    }
  }

  #dispatch(): void {
    this.lastEventId = this.#id;
    if (this.#isTooLarge) this.listener.tooLarge();
    else if (this.#hasData)
      this.listener.event(this.#name === '' ? 'message' : this.#name, this.#data.slice(0, this.#dataLength));
    this.#clear();
  }

  #clear(): void {
    this.#dataLength = 0;
    this.#hasData = false;
    this.#name = '';
    this.#isTooLarge = false;
  }

  #text(bytes: Uint8Array, from: number, to: number): string {
    return this.#decoder.decode(bytes.subarray(from, to));
  }
}

function grown(bytes: Uint8Array, kept: number, needed: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(Math.max(2 * bytes.length, needed, 256));
  more.set(bytes.subarray(0, kept));
  return more;
}
