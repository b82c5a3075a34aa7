import type { HostLink } from 'millrace/session';
import type { Audience, DisplayData, MimeBundle } from '../runner/contract.js';
import type { ProgressFunction } from './progressTypes.js';
import type { Tslab } from './tslab.js';

/** What displaying needs of the kernel. */
export interface DisplayHooks {
  /** The link to the session's host, where live views live. */
  readonly link: HostLink;
  /** Sends a `display_data` (or, for `update`, an `update_display_data`) of the cell that runs. Keeps the order of calls. */
  publish(kind: 'display' | 'update', data: DisplayData): void;
  /** The id of the cell that runs: it owns the views that are made. */
  owner(): string | null;
  /** The number of the execution that output belongs to now. */
  run(): number;
  /**
   * Who sees the output. Our extension draws live views itself, so no pictures are made for it; a person at another front end needs
   * them at once, and what is saved of a run that nobody sees (nbconvert, papermill) at its end.
   */
  audience(): Audience;
}

/** What `display(value)` gives: the output can be replaced later, from any cell. */
export interface DisplayHandle {
  readonly id: string;
  update(value: unknown): void;
}

/** Turns values into Jupyter outputs. */
export interface Display {
  /** The global `display`. Shows a value at once, in order with what the cell prints. */
  readonly display: DisplayFunction;
  /** The global `progress`. */
  readonly progress: ProgressFunction;
  /** What `import 'tslab'` gives: notebooks that were written for tslab run as they are. */
  readonly tslab: Tslab;
  /**
   * The bundle of a cell's result. A `displayId` that is not null (live views) means: publish it as `display_data`, not
   * as `execute_result`, since front ends update only the former. With `isShown: false` nothing goes on after it.
   */
  toDisplayData(value: unknown, options?: { readonly isShown?: boolean }): Promise<DisplayData>;
  /** Whether a value is what `display` gives: what it stands for is shown already, so it is no result. */
  isHandle(value: unknown): boolean;
  /** Resolves when every output of the `display` calls so far has been published. Awaited before a cell's reply. */
  settled(): Promise<void>;
  /**
   * For runs without a front end, at the end of each cell: waits (a minute at most) for promises and async iterables that it shows, and for finite
   * replays to end, and gives the final bundle of every view shown so far whose content has changed, to be sent as
   * `update_display_data`.
   */
  settleViews(): Promise<readonly DisplayData[]>;
  /** A cell begins to run: what its outputs have shown before goes on no longer. */
  begin(owner: string): void;
  /** The user has interrupted: nothing goes on, and bars say so. */
  interrupt(): void;
}

/** The global `display`. */
export interface DisplayFunction extends DisplayMakers {
  (value: unknown): DisplayHandle;
}

/** Makers of values of one MIME type. */
export interface DisplayMakers {
  text(text: string): MimeValue;
  /** Trusted HTML, e.g. `display.html('<b>done</b>')`. As a cell's last value it shows itself. */
  html(text: string): MimeValue;
  markdown(text: string): MimeValue;
  latex(text: string): MimeValue;
  svg(text: string): MimeValue;
  /** A script that the front end runs in its page. */
  javascript(text: string): MimeValue;
  /** A PNG as bytes or base64. */
  png(data: Uint8Array | string): MimeValue;
  jpeg(data: Uint8Array | string): MimeValue;
  gif(data: Uint8Array | string): MimeValue;
  webp(data: Uint8Array | string): MimeValue;
  pdf(data: Uint8Array | string): MimeValue;
  /** A PNG, JPEG, GIF or WebP, whichever it is. */
  image(data: Uint8Array | string): MimeValue;
  json(value: unknown): MimeValue;
  /** A MIME bundle as it is. */
  mime(bundle: MimeBundle): MimeValue;
  /** The chart of a Vega-Lite spec with its values in it. */
  vegaLite(spec: object): MimeValue;
  vega(spec: object): MimeValue;
}

/** A value that is shown as the given MIME bundle. */
export interface MimeValue {
  readonly [key: symbol]: () => Readonly<Record<string, unknown>>;
}
