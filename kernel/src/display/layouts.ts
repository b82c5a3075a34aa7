import { LAYOUT_MIME, layoutTexts, PROTOCOL_VERSION, type LayoutOutput } from '@millrace/protocol';
import type { DisplayedLayout } from 'millrace';
import type { DisplayData, LiveOutput } from '../runner/contract.js';

/** A layout that an output shows: its views have ids of their own, which no front end knows. */
interface ShownLayout {
  readonly direction: LayoutOutput['direction'];
  readonly children: readonly string[];
}

/** The layouts that a notebook's outputs show, and what their views have shown last. */
export class Layouts {
  readonly #shown = new Map<string, ShownLayout>();
  readonly #parents = new Map<string, string>();
  readonly #bundles = new Map<string, Omit<DisplayData, 'displayId'>>();

  /** Makes the bundles of the views, and one of them all. */
  async show(
    { direction, views }: DisplayedLayout,
    displayId: string,
    show: (view: unknown, displayId: string) => Promise<DisplayData>,
  ): Promise<DisplayData> {
    const children = views.map((_, at) => `${displayId}/${at}`);
    this.#shown.set(displayId, { direction, children });
    for (const [at, child] of children.entries()) {
      this.#parents.set(child, displayId);
      const { displayId: _, ...shown } = await show(views[at], child);
      this.#bundles.set(child, shown);
    }
    return this.#bundleOf(displayId);
  }

  /** An output shows something else now. @returns it, and all that was in it */
  forget(displayId: string): string[] {
    const ids = [displayId];
    for (const child of this.#shown.get(displayId)?.children ?? []) ids.push(...this.forget(child));
    this.#shown.delete(displayId);
    this.#parents.delete(displayId);
    this.#bundles.delete(displayId);
    return ids;
  }

  /** Outputs that have changed: those in layouts as the layouts that they are in. */
  absorb(changed: readonly DisplayData[]): DisplayData[] {
    const told: DisplayData[] = [];
    const layouts = new Set<string>();
    for (const output of changed) {
      const parent = output.displayId === null ? undefined : this.#parents.get(output.displayId);
      if (output.displayId === null || parent === undefined) {
        told.push(output);
        continue;
      }
      const { displayId: _, ...shown } = output;
      this.#bundles.set(output.displayId, shown);
      layouts.add(parent);
    }
    // The innermost first: an outer one shows what they have become.
    const inner = [...layouts];
    for (const id of inner) {
      const parent = this.#parents.get(id);
      if (parent === undefined) told.push(this.#bundleOf(id));
      else {
        this.#bundles.set(id, this.#bundleOf(id));
        if (!layouts.has(parent)) inner.push(parent);
        layouts.add(parent);
      }
    }
    return told;
  }

  #bundleOf(displayId: string): DisplayData {
    const { direction, children: ids } = this.#shown.get(displayId)!;
    const bundles = ids.map(child => this.#bundles.get(child)!);
    const { html, text } = layoutTexts(direction, bundles);
    const children = bundles.map(({ data, metadata }) => ({ data, metadata }));
    const output: LayoutOutput = { v: PROTOCOL_VERSION, direction, children };
    const live = liveOf(direction, bundles);
    return {
      data: { [LAYOUT_MIME]: output, 'text/plain': text, 'text/html': html },
      metadata: {},
      displayId,
      ...(live === null ? {} : { live }),
    };
  }
}

/** A layout as one live output: its first view stands for it, and brings the others. Null where nothing in it is live. */
function liveOf(
  direction: LayoutOutput['direction'],
  children: readonly Omit<DisplayData, 'displayId'>[],
): LiveOutput | null {
  const lives = children.flatMap(({ live }) => live ?? []);
  const [first] = lives;
  if (first === undefined) return null;
  const ids = lives.flatMap(({ viewId, parts = [] }) => [viewId, ...parts]);
  const layout = { direction, children };
  return {
    viewId: ids[0],
    parts: ids.slice(1),
    view: first.view,
    caption: first.caption,
    digest: '',
    layout,
  };
}
