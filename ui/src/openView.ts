import { PROTOCOL_VERSION, type ChartSelection, type ViewOutput } from '@millrace/protocol';
import { GridSurface } from './grid/gridSurface.js';
import type { InputChannel, ViewChannel } from './model/channel.js';
import { OriginsPanel } from './origins/originsPanel.js';
import type { OriginView, OpenRows } from './origins/originsLevel.js';
import { LiveView } from './view/liveView.js';
import { browserScreen } from './view/screen.js';
import type { Look } from './view/surface.js';
import { DEFAULT_SETTINGS, type ViewSettings } from './view/viewSettings.js';

export interface OpenViewOptions {
  readonly output: ViewOutput;
  readonly channel: ViewChannel | null;
  readonly look: Look;
  readonly settings?: ViewSettings;
  readonly onHide?: () => void;
  /** Makes a way to the input that a selection in a chart is. Not given: it selects in the chart alone. */
  readonly selectionChannel?: (selection: ChartSelection) => InputChannel | null;
  /** Makes a way to another view, of the rows that a row of this one was made of. Not given: nobody can ask for them. */
  readonly originChannel?: () => ViewChannel;
}

/**
 * Makes a view of an output: its `node` goes into the page. The chart's code, with Vega, is loaded on first use.
 *
 * @throws Error where the output is of another protocol version, with a sentence for the user.
 */
export async function openView({
  output,
  channel,
  look,
  onHide,
  settings = DEFAULT_SETTINGS,
  selectionChannel = () => null,
  originChannel,
}: OpenViewOptions): Promise<LiveView> {
  if (output.v !== PROTOCOL_VERSION) {
    throw new Error(
      `This output is of version ${output.v} of Millrace's views; the extension draws version ${PROTOCOL_VERSION}. Run the cell again, or install matching versions.`,
    );
  }
  const { view } = output;
  const label = view.title ?? (view.kind === 'grid' ? 'Live table' : 'Live chart');
  const origins = originsOf(label, originChannel, settings);
  if (view.kind === 'grid') {
    return new LiveView({
      output,
      channel,
      asks: origins,
      onHide,
      settings,
      screen: browserScreen,
      surface: (ask, changed) => new GridSurface(label, ask, settings, { saved: view.columns, changed }),
    });
  }
  const [{ ChartSurface }, selections] = await Promise.all([
    import('./chart/chartSurface.js'),
    selectionsOf(view, selectionChannel),
  ]);
  return new LiveView({
    output,
    channel,
    asks: origins,
    onHide,
    settings,
    screen: browserScreen,
    surface: ask =>
      new ChartSurface(view.chart, look, view.title, {
        timeZone: view.timeZone ?? settings.timeZone ?? undefined,
        ask,
        selections,
      }),
  });
}

/** So many rows of what a row was made of are seen at once. */
const ORIGIN_ROWS = 8;

/** What lets a view's reader ask where rows come from. */
function originsOf(label: string, channelOf: OpenViewOptions['originChannel'], settings: ViewSettings) {
  if (channelOf === undefined) return undefined;
  const small = (all: ViewSettings): ViewSettings => ({
    ...all,
    tableRows: Math.min(ORIGIN_ROWS, all.tableRows),
  });
  let now = small(settings);
  const open: OpenRows = (output, heading, asks): OriginView =>
    new LiveView({
      output,
      channel: channelOf(),
      asks: { ask: asks },
      settings: now,
      screen: browserScreen,
      surface: ask => new GridSurface(heading, ask, now),
    });
  const panel = new OriginsPanel(label, open);
  const beneath = {
    node: panel.node,
    setSettings: (all: ViewSettings): void => {
      now = small(all);
      panel.setSettings(now);
    },
    dispose: () => panel.dispose(),
  };
  return { ask: panel.begin.bind(panel), beneath };
}

async function selectionsOf(
  { selections, timeZone }: Extract<ViewOutput['view'], { kind: 'chart' }>,
  channelOf: (selection: ChartSelection) => InputChannel | null,
) {
  if (selections === undefined || selections.length === 0) return null;
  const [{ ChartSelections }, { axisTime }] = await Promise.all([
    import('./chart/chartSelections.js'),
    import('./chart/axisTime.js'),
  ]);
  return new ChartSelections(selections, channelOf, axisTime(timeZone));
}
