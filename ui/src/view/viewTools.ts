import type { OriginsMessage, OriginsRequest } from '@millrace/protocol';
import type { ViewModel } from '../model/viewModel.js';
import type { AskedRow } from '../origins/askedRow.js';
import { OriginsClient } from '../origins/originsClient.js';
import { FullScreen } from './fullScreen.js';
import { RowsBelow } from './rowsBelow.js';
import type { Surface } from './surface.js';
import type { ViewSettings } from './viewSettings.js';

/** A way for a view's reader to ask where its rows come from. */
export interface ViewAsks {
  /** A row is asked about. */
  readonly ask: (asked: AskedRow, client: OriginsClient) => void;
  /** What is shown beneath the view, and goes with it; not there: it is shown elsewhere. */
  readonly beneath?: {
    readonly node: HTMLElement;
    setSettings(settings: ViewSettings): void;
    dispose(): void;
  };
}

interface ToolsOf {
  readonly node: HTMLElement;
  readonly surface: Surface;
  readonly chart: { readonly title: string | null; readonly timeZone: string | undefined } | null;
  readonly settings: ViewSettings;
  /** Null where nobody can ask. */
  readonly asks: ViewAsks | null;
  model(): ViewModel;
  /** The view has the whole screen, or no longer. */
  setFull(isFull: boolean): void;
  /** @returns whether there is somebody to ask */
  send(request: OriginsRequest): boolean;
}

/** What a reader can do with a view beside looking at it: ask where rows come from, have a chart's rows as a table, and give it the whole screen. */
export class ViewTools {
  readonly buttons: readonly HTMLElement[];
  private readonly origins: OriginsClient | null = null;
  /** Asks the kernel for the rows of a chart. */
  private readonly askForRows: HTMLElement | null = null;
  private readonly rowsBelow: RowsBelow | null;
  private readonly fullScreen: FullScreen;

  constructor(private readonly options: ToolsOf) {
    const { node, surface, chart, settings, asks } = options;
    this.fullScreen = new FullScreen(node, isFull => options.setFull(isFull));
    this.rowsBelow =
      chart === null ? null : new RowsBelow(chart.title ?? 'the chart', () => options.model(), settings);
    if (asks !== null) {
      const client = new OriginsClient(request => options.send(request));
      this.origins = client;
      this.askForRows = surface.asks?.(asked => asks.ask(asked, client)) ?? null;
      if (asks.beneath !== undefined) node.append(asks.beneath.node);
    }
    if (this.rowsBelow !== null) node.append(this.rowsBelow.node);
    const tools = [this.askForRows, this.rowsBelow?.button ?? null, this.fullScreen.button];
    this.buttons = tools.filter(tool => tool !== null);
  }

  /** Whether its reader has something open that hangs on the view's rows. */
  get isOpen(): boolean {
    return this.origins?.isAsked === true || this.rowsBelow?.isShown === true;
  }

  /**
   * The view has other rows, or stands otherwise. Of the two ways to a chart's rows there is one: the kernel's, which has all of
   * them, where there is one.
   */
  changed(isCurrent: boolean): void {
    const { askForRows, rowsBelow } = this;
    rowsBelow?.changed();
    if (askForRows === null || rowsBelow === null) return;
    askForRows.hidden = !isCurrent || rowsBelow.isShown;
    rowsBelow.button.hidden = !askForRows.hidden;
  }

  /** Where rows come from, or why it cannot be told. */
  receive(message: OriginsMessage): void {
    this.origins?.receive(message);
  }

  /** There is nobody to ask any more. */
  lost(reason: string): void {
    this.origins?.lost(reason);
  }

  setSettings(settings: ViewSettings): void {
    const { asks, chart } = this.options;
    asks?.beneath?.setSettings(settings);
    const zone = chart?.timeZone;
    this.rowsBelow?.setSettings(zone === undefined ? settings : { ...settings, timeZone: zone });
  }

  dispose(): void {
    this.options.asks?.beneath?.dispose();
    this.fullScreen.dispose();
    this.rowsBelow?.dispose();
  }
}
