import type { Lines } from '@millrace/protocol';
import type { Spec } from 'vega';

type Json = Readonly<Record<string, unknown>>;

/** How lines look: as the marks of the compiled spec say. A colour is one for all, or null: that of the series. */
export interface LineLook {
  readonly line: { readonly color: string | null; readonly width: number } | null;
  readonly area: { readonly color: string | null; readonly opacity: number } | null;
  /** The paper's colour, in which rings are filled; null: points of open and revised windows are not marked. */
  readonly paper: string | null;
}

/** A compiled spec whose lines are not seen, and how they look. */
export interface WithoutLines {
  readonly spec: Spec;
  readonly look: LineLook;
}

const LINE_KEYS = ['stroke', 'x', 'y', 'strokeWidth', 'defined'];
const AREA_KEYS = ['fill', 'fillOpacity', 'orient', 'x', 'y', 'y2', 'defined'];

/**
 * Hides the lines of a compiled spec, so that they can be drawn by somebody else: axes, legends and titles stay. Every mark, and all that it says, is looked at:
 * null where there is anything that is not known.
 *
 * @param hasPoints the chart is one of our own forms, whose points carry tooltips and mark windows.
 */
export function withoutLines(spec: Spec, lines: Lines, hasPoints: boolean): WithoutLines | null {
  let line: LineLook['line'] = null;
  let area: LineLook['area'] = null;
  let paper: string | null = null;
  for (const mark of flat((spec.marks ?? []) as unknown as Json[])) {
    const update = updateOf(mark);
    if (mark.type === 'line' && line === null && has(update, LINE_KEYS) && isPlain(update)) {
      const color = colorOf(update.stroke, lines);
      const width = valueOf(update.strokeWidth);
      if (color === undefined) return null;
      line = { color, width: typeof width === 'number' ? width : 2 };
    } else if (mark.type === 'area' && area === null && has(update, AREA_KEYS) && isPlain(update)) {
      const color = colorOf(update.fill, lines);
      const opacity = valueOf(update.fillOpacity);
      if (color === undefined || typeof opacity !== 'number' || valueOf(update.y2) !== 0) return null;
      area = { color, opacity };
    } else if (mark.type === 'symbol' && hasPoints) {
      const fill = valueOf(update.fill);
      if (valueOf(update.size) === 18 && typeof fill === 'string') paper = fill;
    } else return null;
  }
  const scales = spec.scales ?? [];
  const isKnown = scales.every(({ name, type }) => {
    if (name === 'x' || name === 'y') return ['utc', 'time', 'linear'].includes(type ?? '');
    return name === 'color' && lines.series !== null && type === 'ordinal';
  });
  if (!isKnown || (line === null && area === null)) return null;
  const marks = ((spec.marks ?? []) as unknown as Json[]).map(unseen);
  return { spec: { ...spec, marks } as unknown as Spec, look: { line, area, paper } };
}

/** A mark that nobody sees or points at: Vega leaves room for what it has at the plot's edge, which is drawn there. */
function unseen(mark: Json): Json {
  if (Array.isArray(mark.marks)) return { ...mark, marks: (mark.marks as Json[]).map(unseen) };
  const { tooltip: _, ...update } = updateOf(mark);
  // A stroke that is there has its width.
  const hidden = mark.type === 'line' ? { stroke: { value: 'transparent' } } : { opacity: { value: 0 } };
  return { ...mark, interactive: false, encode: { update: { ...update, ...hidden } } };
}

/** Marks, those of a line a series among them. */
function flat(marks: readonly Json[]): Json[] {
  return marks.flatMap(mark => {
    const inner = mark.type === 'group' && typeof mark.name === 'string' && /pathgroup$/.test(mark.name);
    return inner && Array.isArray(mark.marks) ? flat(mark.marks as Json[]) : [mark];
  });
}

function updateOf(mark: Json): Json {
  const { update, enter } = (mark.encode ?? {}) as Json;
  return (enter === undefined ? (update ?? {}) : { unknown: enter }) as Json;
}

/** Whether a mark lies where its row's columns are. */
function isPlain(update: Json): boolean {
  const on = (channel: unknown, scale: string): boolean => {
    const { scale: own, field, ...rest } = (channel ?? {}) as Json;
    return own === scale && typeof field === 'string' && Object.keys(rest).length === 0;
  };
  return on(update.x, 'x') && on(update.y, 'y');
}

/** One colour, null for that of the series, undefined for what is neither. */
function colorOf(channel: unknown, lines: Lines): string | null | undefined {
  const { scale, value } = (channel ?? {}) as Json;
  if (typeof value === 'string') return value;
  return scale === 'color' && lines.series !== null ? null : undefined;
}

function valueOf(channel: unknown): unknown {
  return ((channel ?? {}) as Json).value;
}

function has(object: object, keys: readonly string[]): boolean {
  return Object.keys(object).every(key => keys.includes(key));
}
