import { randomUUID } from 'node:crypto';
import type { Displayed } from 'millrace';
import type { HostLink } from 'millrace/session';
import type { Audience, DisplayData, LiveOutput } from '../runner/contract.js';
import { drawnBundle } from './drawnBundle.js';
import {
  digestOf,
  picturedBundle,
  pictureRows,
  SAVED_ROWS,
  snapshotOf,
  viewBundle,
  type Snapshot,
} from './viewBundle.js';

/** How long the first drawing for a person waits for what is read at once to be read, in milliseconds. */
const READ_MS = 2_000;

/** Taken before cells' timers are counted as theirs: this one is the kernel's. */
const nativeTimeout = setTimeout;

/** A live view that an output shows. */
type ShownView = LiveOutput & { readonly displayId: string; digest: string; pictured: boolean };

/** The live views that a notebook's outputs show. */
export class Views {
  readonly #link: HostLink;
  readonly #shown = new Map<string, ShownView>();

  constructor(link: HostLink) {
    this.#link = link;
  }

  /** Registers a view with the host and makes its first bundle: with a picture for a person whose front end draws no live views. */
  async show(
    { plan, view, collection, others }: Displayed,
    owner: string | null,
    displayId: string,
    audience: Audience,
  ): Promise<DisplayData> {
    const viewId = randomUUID();
    await this.#link.request({ type: 'view', viewId, plan, owner, view });
    const caption = view.title ?? collection ?? 'Chart';
    const parts = others?.map(() => randomUUID());
    for (const [at, other] of (others ?? []).entries())
      await this.#link.request({ type: 'view', viewId: parts![at], plan: other, owner, view });
    const shown: ShownView = {
      ...{ displayId, viewId, view, caption, digest: '', pictured: false },
      ...(parts === undefined ? {} : { parts }),
    };
    this.#shown.set(displayId, shown);
    if (audience === 'person') await this.#read();
    const snapshot = await this.#snapshot(shown, SAVED_ROWS[view.kind]);
    shown.digest = digestOf(snapshot);
    const bundle =
      audience === 'person' && view.kind === 'chart'
        ? await drawnBundle(shown, snapshot, await this.#snapshot(shown, pictureRows(view)))
        : viewBundle(shown, snapshot);
    return { ...bundle, displayId, live: liveOf(shown) };
  }

  /** An output shows something else now. */
  forget(displayId: string): void {
    this.#shown.delete(displayId);
  }

  /** Waits for finite replays to end, then gives the bundles, pictures included, of the views that have changed. */
  async settle(): Promise<DisplayData[]> {
    if (this.#shown.size === 0) return [];
    const { mode } = await this.#link.request({ type: 'clock', command: { type: 'state' } });
    if (mode === 'max' || mode === 'playing') await this.#link.request({ type: 'until', time: 'end' });
    const changed: DisplayData[] = [];
    for (const shown of this.#shown.values()) {
      const { displayId, view } = shown;
      // A view whose cell was run again is gone: its last drawing stays.
      const snapshot = await this.#snapshot(shown, SAVED_ROWS[view.kind]).catch(() => null);
      if (snapshot === null) {
        this.#shown.delete(displayId);
        continue;
      }
      const digest = digestOf(snapshot);
      if (digest === shown.digest && (shown.pictured || view.kind === 'grid')) continue;
      shown.digest = digest;
      shown.pictured = true;
      const made = viewBundle(shown, snapshot);
      const final =
        view.kind === 'chart'
          ? await picturedBundle(view, made, await this.#snapshot(shown, pictureRows(view)))
          : made;
      changed.push({ ...final, displayId, live: liveOf(shown) });
    }
    return changed;
  }

  /** Files that are read at once are there when they are shown, where that takes no longer than a moment. */
  async #read(): Promise<void> {
    const { mode } = await this.#link.request({ type: 'clock', command: { type: 'state' } });
    if (mode !== 'max') return;
    const patience = new Promise<null>(resolve => nativeTimeout(() => resolve(null), READ_MS).unref());
    // What fails is told by the view's state.
    const end = this.#link.request({ type: 'until', time: 'end' }).catch(() => null);
    await Promise.race([end, patience]);
  }

  #snapshot(shown: ShownView, most: number): Promise<Snapshot> {
    return snapshotOf(shown, most, (viewId, limit) =>
      this.#link.request({ type: 'viewSnapshot', viewId, limit }),
    );
  }
}

function liveOf({ viewId, parts, view, caption, digest }: ShownView): LiveOutput {
  return { viewId, ...(parts === undefined ? {} : { parts }), view, caption, digest };
}
