/** How a chart looks: which colours, how wide, in which type. Plain data, so that the kernel can draw with it too. */
export interface ChartTheme {
  readonly mode: 'light' | 'dark';
  /** Pixels of the whole chart, axes included; `container` leaves it to Vega-Lite (single and layered views only). */
  readonly width?: number | 'container';
  /** CSS font family; Vega cannot inherit it from the page. */
  readonly font?: string;
  /** CSS colour behind the chart; by default none, so that the page shows through. */
  readonly background?: string;
  /** The zone whose wall clock the rows' times are (see `wallClock`); by default UTC. */
  readonly timeZone?: string;
  /** Labels as strong as the text, grid and axes that are easily seen, thicker lines. */
  readonly contrast?: boolean;
}

/** The colours of a theme. Up and down are blue and orange: far apart in hue for colour-blind readers, and in lightness. */
export interface Palette {
  readonly up: string;
  readonly down: string;
  readonly text: string;
  readonly label: string;
  readonly grid: string;
  readonly domain: string;
  readonly series: readonly string[];
}

const LIGHT: Palette = {
  up: '#1b7aa6',
  down: '#d9601a',
  text: '#1f2933',
  label: '#616e7c',
  grid: '#e9ecef',
  domain: '#c6ccd2',
  series: ['#1b7aa6', '#d9601a', '#2f855a', '#8e5bb5', '#b7791f', '#c0437a', '#4a5568', '#0f9d94'],
};

const DARK: Palette = {
  up: '#56b4e9',
  down: '#f28a45',
  text: '#e4e7eb',
  label: '#9aa5b1',
  grid: '#2b3138',
  domain: '#47505a',
  series: ['#56b4e9', '#f28a45', '#5fc28c', '#c39be0', '#e3b341', '#ee86b0', '#a8b3bf', '#4fd1c5'],
};

/** The palette of a theme's mode. */
export function palette(mode: ChartTheme['mode']): Palette {
  return mode === 'dark' ? DARK : LIGHT;
}

/** How a time axis writes its ticks: hours of the day as 24, the date where a day begins. */
export const TIME_AXIS_FORMAT = {
  year: '%Y',
  quarter: '%b %Y',
  month: '%b %Y',
  week: '%d %b',
  date: '%d %b',
  day: '%d %b',
  hours: '%H:%M',
  minutes: '%H:%M',
  seconds: '%H:%M:%S',
  milliseconds: '%S.%L',
} as const;

/** Vega-Lite's `config` for a theme: quiet axes, no frame, y labels of a steady width so that a live chart does not jump. */
export function themeConfig(theme: ChartTheme): Record<string, unknown> {
  const isStrong = theme.contrast === true;
  const plain = palette(theme.mode);
  const { text, label, domain } = plain;
  const colours = isStrong ? { ...plain, label: text, domain: label, grid: domain } : plain;
  return {
    background: theme.background ?? 'transparent',
    ...(theme.font === undefined ? {} : { font: theme.font }),
    view: { stroke: null },
    axis: {
      gridColor: colours.grid,
      domainColor: colours.domain,
      tickColor: colours.domain,
      labelColor: colours.label,
      titleColor: colours.label,
      titleFontWeight: 500,
      labelFontSize: 11,
      titleFontSize: 11,
      labelOverlap: true,
    },
    axisX: { grid: false, tickSize: 4, labelFlush: 18 },
    axisY: { domain: false, ticks: false, labelPadding: 6, minExtent: 40 },
    legend: { labelColor: colours.text, titleColor: colours.label, labelFontSize: 11, titleFontSize: 11 },
    header: { labelColor: colours.text, titleColor: colours.label, labelFontSize: 12, labelFontWeight: 600 },
    title: {
      color: colours.text,
      subtitleColor: colours.label,
      fontSize: 13,
      fontWeight: 600,
      anchor: 'start',
    },
    text: { color: colours.text },
    range: { category: [...colours.series] },
    // Texts for readers of the page would be made for every mark, and have no place on a canvas.
    mark: { color: colours.series[0], aria: false },
    line: { strokeWidth: isStrong ? 2.5 : 1.5 },
    bar: { color: colours.series[0] },
    point: { color: colours.series[0] },
  };
}
