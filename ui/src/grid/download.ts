import type { DownloadFormat, ViewMessage, ViewRequest } from '@millrace/protocol';
import { element } from '../dom.js';

type DownloadMessage = Extract<ViewMessage, { type: 'download' }>;

/** How a file is given to the user. */
type SaveFile = (name: string, pieces: readonly Uint8Array[], type: string) => void;

const TYPES: Readonly<Record<DownloadFormat, string>> = {
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
};

/** The download of a table: its pieces as they come, and the file at the end. */
export class GridDownload {
  private current: {
    id: number;
    name: string;
    format: DownloadFormat;
    pieces: Uint8Array[];
    bytes: number;
  } | null = null;
  private lastId = 0;

  constructor(
    private readonly ask: (request: ViewRequest) => void,
    /** Tells how it goes; `isTrouble` where it does not. */
    private readonly tell: (text: string, isTrouble: boolean) => void,
    private readonly save: SaveFile = saveFile,
  ) {}

  get isRunning(): boolean {
    return this.current !== null;
  }

  start(title: string, format: DownloadFormat): void {
    if (this.current !== null) return;
    const id = ++this.lastId;
    const name = `${title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|-+$/g, '') || 'table'}.${format}`;
    this.current = { id, name: name.slice(-120), format, pieces: [], bytes: 0 };
    this.tell(`Downloading ${name}…`, false);
    this.ask({ type: 'download', id, format });
  }

  stop(): void {
    if (this.current === null) return;
    this.ask({ type: 'downloadStop', id: this.current.id });
    this.current = null;
    this.tell('The download was stopped.', false);
  }

  /** The kernel is gone: what has come is of no use. */
  lost(): void {
    if (this.current === null) return;
    this.current = null;
    this.tell('The download ended before its end: the kernel is gone.', true);
  }

  receive({ id, end, error }: DownloadMessage, buffers: readonly Uint8Array[]): void {
    const { current } = this;
    if (current?.id !== id) return;
    if (error !== null) {
      this.current = null;
      this.tell(error, true);
      return;
    }
    if (end === null) {
      // A copy: the bytes may sit in the middle of a message.
      for (const buffer of buffers) {
        current.pieces.push(buffer.slice());
        current.bytes += buffer.byteLength;
      }
      this.tell(`Downloading ${current.name}: ${(current.bytes / 1e6).toFixed(1)} MB…`, false);
      this.ask({ type: 'downloadNext', id });
      return;
    }
    this.current = null;
    if (current.bytes !== end.bytes) {
      this.tell(`${current.name} did not come whole: try again.`, true);
      return;
    }
    this.save(current.name, current.pieces, TYPES[current.format]);
    this.tell(`Downloaded ${current.name}: ${end.rows.toLocaleString('en-US')} rows.`, false);
  }
}

/** Hands a file to the browser, which asks or saves as its user has set. */
function saveFile(name: string, pieces: readonly Uint8Array[], type: string): void {
  const url = URL.createObjectURL(new Blob(pieces as Uint8Array<ArrayBuffer>[], { type }));
  const link = element('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
