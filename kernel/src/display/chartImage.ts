import { createRequire } from 'node:module';
import { ROWS, toVegaLite, type ViewColumn, type ViewDescription } from '@millrace/protocol';

/** A picture and the size, in pixels, at which it is meant to be seen: it has more dots than that. */
export interface ChartImage {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels of a picture's width, and how many dots each has. */
const WIDTH = 760;
const DOTS = 1.5;

const FONT = 'DejaVu Sans';

/**
 * Draws a chart as a PNG, with the spec that live charts are drawn with. Expressions are interpreted, never compiled,
 * and nothing is loaded from anywhere: a spec may come from a file that somebody else wrote.
 */
export async function chartPng(
  view: Extract<ViewDescription, { kind: 'chart' }>,
  columns: readonly ViewColumn[],
  rows: readonly Record<string, unknown>[],
): Promise<ChartImage> {
  // Drawing takes a second to load and most notebooks never need it: a front end draws by itself.
  const [vega, vegaLite, { expressionInterpreter }, { Resvg }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
    import('vega-interpreter'),
    import('@resvg/resvg-js'),
  ]);
  const spec = toVegaLite(view.chart, columns, {
    mode: 'light',
    width: WIDTH,
    font: FONT,
    background: 'white',
  });
  const logger = vega.logger(vega.Error);
  const title = view.title === null ? {} : { title: view.title };
  const withRows = { ...title, ...spec, data: { name: ROWS, values: rows } };
  const compiled = vegaLite.compile(withRows as unknown as Parameters<typeof vegaLite.compile>[0], {
    logger,
  });
  const runtime = vega.parse(compiled.spec, undefined, { ast: true });
  const drawing = new vega.View(runtime, {
    renderer: 'none',
    expr: expressionInterpreter,
    loader: refusingLoader(),
    logger,
  });
  try {
    const svg = await drawing.toSVG();
    const image = new Resvg(svg, {
      background: 'white',
      fitTo: { mode: 'zoom', value: DOTS },
      font: {
        loadSystemFonts: false,
        fontFiles: fontFiles(),
        defaultFontFamily: FONT,
        sansSerifFamily: FONT,
      },
    });
    return { png: image.render().asPng(), width: Math.round(image.width), height: Math.round(image.height) };
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
  return { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse };
}
