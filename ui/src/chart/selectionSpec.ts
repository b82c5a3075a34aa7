import { CHILD_LISTS, type ChartSelection, type Selected, type VegaLiteSpec } from '@millrace/protocol';

type Json = Readonly<Record<string, unknown>>;

/** What is selected, by the spec's names of the selections. */
export type SelectedByParam = ReadonlyMap<
  string,
  { readonly selection: ChartSelection; readonly selected: Selected }
>;

export const NONE_SELECTED: SelectedByParam = new Map();

/** Levels that are looked at. */
const MOST_LEVELS = 60;

/** Dragging with Shift moves the axis: it selects nothing. */
const DRAG = '[pointerdown[!event.shiftKey], window:pointerup] > window:pointermove!';

/**
 * A spec whose intervals leave the gestures of zooming to the chart, and whose selections begin with what is selected now: a chart that is built anew
 * (another width, another theme) shows what was selected.
 *
 * @param at from microseconds since 1970 UTC to milliseconds as the chart's axes have them
 */
export function withSelections(
  spec: VegaLiteSpec,
  selected: SelectedByParam,
  at: (us: number) => number = us => us / 1000,
): VegaLiteSpec {
  return changed(spec, selected, at, 0) as VegaLiteSpec;
}

/** Whether a spec has selections that are made by dragging, and move no scale. */
export function hasInterval(spec: unknown, depth = 0): boolean {
  if (typeof spec !== 'object' || spec === null || depth > MOST_LEVELS) return false;
  const { params } = spec as Json;
  if (Array.isArray(params) && params.some(param => isInterval(param) && (param as Json).bind !== 'scales'))
    return true;
  return Object.entries(spec).some(([key, value]) => key !== 'data' && hasInterval(value, depth + 1));
}

function changed(
  part: unknown,
  selected: SelectedByParam,
  at: (us: number) => number,
  depth: number,
): unknown {
  if (typeof part !== 'object' || part === null || depth > MOST_LEVELS) return part;
  if (Array.isArray(part)) return part.map(each => changed(each, selected, at, depth + 1));
  const made: Record<string, unknown> = { ...part };
  for (const key of [...CHILD_LISTS, 'spec'])
    if (key in made) made[key] = changed(made[key], selected, at, depth + 1);
  if (Array.isArray(made.params)) made.params = made.params.map(param => changedParam(param, selected, at));
  return made;
}

function changedParam(param: unknown, selected: SelectedByParam, at: (us: number) => number): unknown {
  if (typeof param !== 'object' || param === null) return param;
  const { name, select, ...rest } = param as Json;
  // A control of the spec's own stands beneath the chart, and nowhere else in the page.
  const bind = withoutElement(rest.bind, 0);
  const plain = 'bind' in param ? { ...param, bind } : param;
  if (select === undefined) return plain;
  const options: Json = typeof select === 'string' ? { type: select } : (select as Json);
  const gestures =
    isInterval(param) && bind !== 'scales'
      ? { on: DRAG, translate: DRAG, zoom: false, clear: 'dblclick' }
      : {};
  const known = selected.get(String(name));
  const value = known === undefined ? undefined : valueOf(known, options, at);
  return { ...plain, select: { ...gestures, ...options }, ...(value === undefined ? {} : { value }) };
}

function withoutElement(bind: unknown, depth: number): unknown {
  if (typeof bind !== 'object' || bind === null || Array.isArray(bind) || depth > 2) return bind;
  const kept = Object.entries(bind).filter(([key]) => key !== 'element');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutElement(value, depth + 1)]));
}

function isInterval(param: unknown): boolean {
  if (typeof param !== 'object' || param === null) return false;
  const { select } = param as Json;
  return (
    select === 'interval' || (typeof select === 'object' && (select as Json | null)?.type === 'interval')
  );
}

/** What is selected as Vega-Lite takes it: of an interval by channels, of points by their fields. */
function valueOf(
  { selection, selected }: { readonly selection: ChartSelection; readonly selected: Selected },
  options: Json,
  at: (us: number) => number,
): unknown {
  if (selected.length === 0) return undefined;
  const { mode, fields } = selection.spec;
  const seen = (value: number | string, index: number): number | string =>
    fields[index].kind === 'time' ? at(Number(value)) : value;
  if (mode === 'point')
    return selected.map(point =>
      Object.fromEntries(point.map((value, index) => [fields[index].column, seen(value, index)])),
    );
  const given = Array.isArray(options.encodings) ? (options.encodings as string[]) : null;
  const channels = given ?? selection.channels ?? [];
  if (channels.length !== fields.length) return undefined;
  return Object.fromEntries(
    selected.map((values, index) => [channels[index], values.map(value => seen(value, index))]),
  );
}
