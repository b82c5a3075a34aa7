import { createRequire } from 'node:module';
import {
  isPicture,
  ROWS,
  tableName,
  toVegaLite,
  type ViewColumn,
  type ViewDescription,
} from '@millrace/protocol';

/** A picture and the size, in pixels, at which it is meant to be seen: it has more dots than that. */
export interface ChartImage {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels of a picture's width, and how many dots each has. */
const WIDTH = 760;
const DOTS = 1.5;

/** Dots that a picture has at most, along each side: a spec may ask for any size. */
const MOST_DOTS = 6000;

const FONT = 'DejaVu Sans';

/** What a picture is drawn of. */
export type DrawnSpec = { readonly language: 'vega' | 'vega-lite'; readonly spec: Record<string, unknown> };

/** One of the tables that a chart draws: its rows as Vega reads them. */
export interface DrawnTable {
  readonly columns: readonly ViewColumn[];
  readonly rows: readonly Record<string, unknown>[];
}

/** Draws a live chart's rows as a PNG, with the spec that it is drawn with in a front end. */
export function chartPng(
  view: Extract<ViewDescription, { kind: 'chart' }>,
  tables: readonly DrawnTable[],
): Promise<ChartImage> {
  return specPng({ language: 'vega-lite', spec: chartSpec(view, tables, FONT) });
}

/** The Vega-Lite spec of a live chart with its rows in it, as it is drawn on a light page. */
export function chartSpec(
  view: Extract<ViewDescription, { kind: 'chart' }>,
  [first, ...others]: readonly DrawnTable[],
  font: string,
): Record<string, unknown> {
  const zone = view.timeZone === undefined ? {} : { timeZone: view.timeZone };
  const theme = { mode: 'light', width: WIDTH, font, background: 'white', ...zone } as const;
  const spec = toVegaLite(
    view.chart,
    first.columns,
    theme,
    others.map(({ columns }) => columns),
  );
  const title = view.title === null ? {} : { title: view.title };
  if (others.length === 0) return { ...title, ...spec, data: { name: ROWS, values: first.rows } };
  const datasets = [first, ...others].map(({ rows }, at) => [tableName(at), rows]);
  return { ...title, ...spec, datasets: Object.fromEntries(datasets) as Record<string, unknown> };
}

/**
 * Draws a spec as a PNG. Expressions are interpreted, never compiled, and nothing is loaded from anywhere: a spec may come from
 * a file that somebody else wrote.
 */
export async function specPng({ language, spec }: DrawnSpec): Promise<ChartImage> {
  // Drawing takes a second to load and most notebooks never need it: a front end draws by itself.
  const [vega, vegaLite, { expressionInterpreter }, { Resvg }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
    import('vega-interpreter'),
    import('@resvg/resvg-js'),
  ]);
  const logger = vega.logger(vega.Error);
  const compiled =
    language === 'vega'
      ? spec
      : vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0], { logger }).spec;
  const runtime = vega.parse(compiled as Parameters<typeof vega.parse>[0], undefined, { ast: true });
  const drawing = new vega.View(runtime, {
    renderer: 'none',
    expr: expressionInterpreter,
    loader: refusingLoader(),
    logger,
  });
  try {
    const svg = await drawing.toSVG();
    const options = {
      background: 'white',
      font: {
        loadSystemFonts: false,
        fontFiles: fontFiles(),
        defaultFontFamily: FONT,
        sansSerifFamily: FONT,
      },
    };
    const { width, height } = new Resvg(svg, options);
    const zoom = Math.min(DOTS, MOST_DOTS / Math.max(width, height, 1));
    const image = new Resvg(svg, { ...options, fitTo: { mode: 'zoom', value: zoom } });
    return { png: image.render().asPng(), width: Math.round(width), height: Math.round(height) };
  } finally {
    drawing.finalize();
  }
}

function fontFiles(): string[] {
  const { resolve } = createRequire(import.meta.url);
  return ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map(name => resolve(`dejavu-fonts-ttf/ttf/${name}`));
}

/** A loader of Vega that loads nothing. */
function refusingLoader() {
  const refuse = (what: string): Promise<never> =>
    Promise.reject(
      new Error(`A chart draws the rows of its table and loads nothing else: '${what}' is refused.`),
    );
  const picture = (what: string): Promise<{ href: string }> =>
    isPicture(what) ? Promise.resolve({ href: what }) : refuse(what);
  return { options: {}, load: refuse, sanitize: picture, http: refuse, file: refuse };
}
