import { createRequire } from 'node:module';
import type { DisplayFunction } from './types.js';
import { tableTrace, vegaLiteOf, type PlotlyLayout, type PlotlyTrace } from './plotlyCharts.js';
import { tableBundle } from './values.js';
import { mimeValue } from './bundles.js';

/** What danfojs would draw with: its functions give it traces. */
interface Plotly {
  newPlot(place: string, traces: readonly PlotlyTrace[], layout?: PlotlyLayout): void;
}

interface PlotConfig {
  readonly config?: object;
  readonly layout?: object;
}

type Plot = (frame: unknown, place: string, config: Required<PlotConfig>, plotly: Plotly) => void;

/** The functions of danfojs by which `plot` makes traces: `linePlot`, `barPlot` and so on. */
type Plots = Readonly<Record<string, Plot>>;

/** The plots that danfojs has. */
const KINDS = ['line', 'bar', 'scatter', 'hist', 'pie', 'box', 'violin', 'table'] as const;

const PLOTS_FILE = /[\\/]danfojs-base[\\/]plotting[\\/]plotly[\\/]index\.js$/;

/**
 * What is done with a package once it is loaded. danfojs draws with a library that needs a browser's page, which a cell does not
 * have: its plots become charts in the cell's output.
 */
export function createPackageAdapter(display: DisplayFunction): (name: string, module: object) => void {
  const adapted = new WeakSet<object>();
  return (name, module) => {
    if (name !== 'danfojs' && name !== 'danfojs-node') return;
    const plots = loadedPlots();
    if (plots === null) return;
    for (const part of ['DataFrame', 'Series']) {
      const found = partOf(module, part);
      if (found === null || adapted.has(found)) continue;
      adapted.add(found);
      const plot = function (this: unknown, place = ''): object {
        return plotter(this, String(place), plots, display);
      };
      Object.defineProperty(found, 'plot', { value: plot, writable: true, configurable: true });
    }
  };
}

/** Where a class that a module exports has its `plot`: it may be of a class above, whose objects danfojs makes, too. */
function partOf(module: object, name: string): object | null {
  const exported = module as Readonly<Record<string, unknown>>;
  const made = exported[name] ?? (exported.default as Readonly<Record<string, unknown>> | undefined)?.[name];
  let at = typeof made === 'function' ? ((made as { prototype?: object }).prototype ?? null) : null;
  while (at !== null && !Object.hasOwn(at, 'plot')) at = Reflect.getPrototypeOf(at);
  return at;
}

/** danfojs's own functions are no exports of the package: they are found among what has been loaded. */
function loadedPlots(): Plots | null {
  const { cache } = createRequire(import.meta.url);
  const file = Object.keys(cache).find(name => PLOTS_FILE.test(name));
  return file === undefined ? null : (cache[file]?.exports as Plots);
}

/** The object that `plot` gives, whose methods draw at once. */
function plotter(frame: unknown, place: string, plots: Plots, display: DisplayFunction): object {
  const draw: Plotly = {
    newPlot: (_, traces, layout = {}) => {
      const table = tableTrace(traces);
      if (table !== null) display(mimeValue(tableBundle(table.table, table.caption)));
      else display(display.vegaLite(vegaLiteOf(traces, layout)));
    },
  };
  const method =
    (kind: string) =>
    ({ config = {}, layout = {} }: PlotConfig = {}): void =>
      plots[`${kind}Plot`](frame, place, { config, layout }, draw);
  return Object.fromEntries(KINDS.map(kind => [kind, method(kind)]));
}
