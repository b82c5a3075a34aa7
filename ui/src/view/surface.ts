import type { Arrangement, ChartPixels, RowRange, ViewDescription, ViewMessage } from '@millrace/protocol';
import type { Change, ViewModel } from '../model/viewModel.js';
import type { AskedRow } from '../origins/askedRow.js';
import type { ViewSettings } from './viewSettings.js';

/** How things look: the mode of the page's theme, and its font. */
export interface Look {
  readonly mode: 'light' | 'dark';
  readonly font: string;
}

/** A PNG picture in base64, and how big it is to be shown, in pixels. */
export interface Picture {
  readonly png: string;
  readonly width: number;
  readonly height: number;
}

/** What draws a view's rows into its node: a chart or a grid. */
export interface Surface {
  readonly node: HTMLElement;
  /** The rows that it wants; null for all that the view has. */
  readonly range: RowRange | null;
  /** In which order it wants rows, and which of them; null, or not there: as the table has them. */
  readonly arrangement?: Arrangement | null;
  /** What of a chart can be seen; null, or not there: not known. */
  readonly pixels?: ChartPixels | null;
  /** The kernel cannot do what it was asked for last. */
  refused?(reason: string): void;
  /** A piece of a download that it asked for. */
  downloaded?(message: Extract<ViewMessage, { type: 'download' }>, buffers: readonly Uint8Array[]): void;
  /** Draws what changed; resolves when the next change may be drawn. */
  draw(change: Change, model: ViewModel): void | Promise<void>;
  /** Draws everything anew in another look. */
  setLook(look: Look): void | Promise<void>;
  /** The reader wants views to be shown otherwise. */
  setSettings?(settings: ViewSettings): void;
  /** It has the whole screen, or no longer. */
  setFull?(isFull: boolean): void;
  /** Whether rows outside of those that are here can be asked for. */
  setLive(live: boolean): void;
  /** Lets its reader ask where rows come from. @returns what is to stand beneath the view for that; null: nothing */
  asks?(ask: (asked: AskedRow) => void): HTMLElement | null;
  /** What a view shows, with what its reader has set of that; not there: nothing can be set. */
  described?(view: ViewDescription): ViewDescription;
  /** What is drawn as a picture, for readers without this extension; null where there is none. */
  picture(): Picture | null;
  /** Gives up what it has drawn and keeps its room and what the reader has set. The next drawing begins anew. */
  rest?(): void;
  dispose(): void;
}
