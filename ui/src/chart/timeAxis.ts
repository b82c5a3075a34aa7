import type { ChartSpec } from '@millrace/protocol';
import type { Spec, View } from 'vega';

/** The signal that holds what is seen of the time axis: two numbers, or null where all rows are. */
export const SPAN = 'millraceSpan';

/** From where to where an axis is seen, in its own units: milliseconds of a time axis. */
export type Span = readonly [from: number, to: number];

type Json = Record<string, unknown>;

/** A compiled spec whose time axis can be held at a span, and the scales of that axis. */
interface WithSpan {
  readonly spec: Spec;
  readonly scales: readonly string[];
}

/**
 * Lets the horizontal time axes of a compiled spec be held: while `SPAN` is null they follow the rows. Marks are cut off at the plot's sides only
 * while it is held, so that none is at the tail. A spec that zooms by itself is left alone.
 */
export function withSpan(spec: Spec, chart: ChartSpec, span: Span | null): WithSpan {
  const scales: string[] = [];
  // A spec whose axes follow its own selection moves them by itself.
  const isOwn =
    chart.form === 'vegaLite' &&
    /"bind":"scales"|"domain":\{"(param|selection)"/.test(JSON.stringify(chart.spec));
  if (chart.form === 'stat' || isOwn) return { spec, scales };
  // Of the user's own specs only time is known to be one axis.
  const kinds = chart.form === 'vegaLite' ? ['utc', 'time'] : ['utc', 'time', 'linear'];
  const held = (spec.scales ?? []).map(scale => {
    const { name, type, domain } = scale;
    const isX = name === 'x' || name.endsWith('_x');
    if (!isX || 'domainRaw' in scale || !isOfData(domain) || !kinds.includes(type ?? '')) return scale;
    scales.push(name);
    return { ...scale, domainRaw: { signal: SPAN } };
  });
  if (scales.length === 0) return { spec, scales };
  const marks = (spec.marks ?? []).map(mark => clipped(mark as unknown as Json));
  const signals = [...(spec.signals ?? []), { name: SPAN, value: span }];
  return { spec: { ...spec, scales: held, marks, signals } as unknown as Spec, scales };
}

/** Whether a scale's domain is what its data have, and not what the spec says. */
function isOfData(domain: unknown): boolean {
  const { data, fields } = (domain ?? {}) as { data?: unknown; fields?: unknown };
  return data !== undefined || (Array.isArray(fields) && fields.some(isOfData));
}

function clipped(mark: Json): Json {
  const inner = Array.isArray(mark.marks) ? { marks: (mark.marks as Json[]).map(clipped) } : {};
  if (mark.type === 'group' || mark.clip !== undefined) return { ...mark, ...inner };
  // Beside the plot there are only titles and headers.
  const isOutside = typeof mark.role === 'string' && mark.role !== 'mark';
  return isOutside ? { ...mark, ...inner } : { ...mark, ...inner, clip: { signal: `isValid(${SPAN})` } };
}

/** What is seen of the axis now, and where on the page's canvas it is, in pixels. Null before anything is drawn. */
export function seenSpan(
  view: View,
  scales: readonly string[],
): { readonly span: Span; readonly left: number; readonly width: number } | null {
  const scale = view.scale(scales[0]) as { domain(): unknown[]; range(): unknown[] } | undefined;
  if (scale === undefined) return null;
  const [from, to] = scale.domain().map(Number);
  const [start, end] = scale.range().map(Number);
  const width = end - start;
  if (![from, to, width].every(Number.isFinite) || width <= 0 || to <= from) return null;
  const padding = view.padding() as { left?: number } | number;
  const left = view.origin()[0] + (typeof padding === 'number' ? padding : (padding.left ?? 0)) + start;
  return { span: [from, to], left, width };
}
