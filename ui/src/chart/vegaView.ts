import { isPicture, type ChartSpec, type VegaLiteSpec } from '@millrace/protocol';
import { parse, View, type Loader, type Runtime, type Spec } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { quickExpressions } from './quickExpressions.js';
import { withSpan, type Span } from './timeAxis.js';
import { showTooltip } from './tooltip.js';

/** Marks of each kind that are gone and kept, at most: so many come before the next tidying up. */
const MOST_GONE = 200;

/**
 * A spec comes from a notebook, and so from whoever wrote the notebook. Hence: its expressions are walked by an
 * interpreter, never compiled to code (which also works under a content-security policy without eval); no URL is ever
 * loaded or linked; and the view is never reachable from `window`, from where an expression could reach the page.
 *
 * @returns the view, and the scales of the time axis that can be held, which begins at `span`.
 */
export function vegaView(
  spec: VegaLiteSpec,
  chart: ChartSpec,
  host: HTMLElement,
  span: Span | null,
  onError: (message: string) => void,
  /** Leaves out of the compiled spec what is drawn by somebody else. */
  adapt: (spec: Spec) => Spec = spec => spec,
  /** Where controls of the spec's own go; not given: beneath what is drawn. */
  controls?: HTMLElement,
): { readonly view: View; readonly scales: readonly string[] } {
  const logger = new ErrorLogger(onError);
  const { spec: compiled } = compile(spec as unknown as TopLevelSpec, { logger });
  const { spec: vegaSpec, scales } = withSpan(compiled as Spec, chart, span);
  const parsed: Runtime = parse(adapt(vegaSpec), undefined, { ast: true });
  // Of the page a spec reaches nothing: Vega would clear any element that one of its controls names.
  const runtime = {
    ...parsed,
    eventConfig: { ...(parsed as Events).eventConfig, bind: 'container' as const },
  };
  const view = new View(runtime, {
    container: host,
    ...(controls === undefined ? {} : { bind: controls }),
    renderer: 'canvas',
    hover: true,
    expr: quickExpressions,
    loader: refusingLoader(onError),
    logger,
    tooltip: showTooltip,
  });
  // Of the marks of an axis that moves, Vega keeps those that are gone until there are ten thousand of each kind.
  (view as unknown as { cleanThreshold: number }).cleanThreshold = MOST_GONE;
  return { view, scales };
}

/** Of a runtime: which elements of the page it listens to. */
interface Events {
  readonly eventConfig?: object;
}

/** How a chart's spec is named to people, in errors. */
export function formOf(chart: ChartSpec): string {
  return chart.form === 'vegaLite' ? 'Vega-Lite spec' : `${chart.form} chart`;
}

const refuse = (uri: string): Promise<never> =>
  Promise.reject(
    new Error(
      `A chart cannot load '${String(uri).slice(0, 200)}'. Read it in a cell, and chart the table that results.`,
    ),
  );

/** Nothing is loaded but pictures that are their own address, and what was to be loaded is told: Vega itself leaves out a picture that is not there. */
function refusingLoader(onError: (message: string) => void): Loader {
  const sanitize = (uri: string): Promise<{ href: string }> => {
    if (isPicture(uri)) return Promise.resolve({ href: uri });
    const refused = refuse(uri);
    refused.catch((error: Error) => onError(error.message));
    return refused;
  };
  return { load: refuse, sanitize, http: refuse, file: refuse, options: {} } as unknown as Loader;
}

/** Hands errors on as sentences; warnings and the rest stay unsaid, they repeat at every frame. */
class ErrorLogger {
  constructor(private readonly onError: (message: string) => void) {}

  level(): number;
  level(value: number): this;
  level(value?: number): number | this {
    return value === undefined ? 1 : this;
  }

  error(...parts: readonly unknown[]): this {
    this.onError(parts.map(part => (part instanceof Error ? part.message : String(part))).join(' '));
    return this;
  }

  warn(): this {
    return this;
  }

  info(): this {
    return this;
  }

  debug(): this {
    return this;
  }
}
