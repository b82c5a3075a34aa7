import { randomUUID } from 'node:crypto';
import type { DisplayData, MimeBundle } from '../runner/contract.js';
import { makesBundle, ownBundle, ownMetadata } from './bundles.js';
import { isChanging, whileChanging } from './changing.js';
import { shownByEngine } from './displayable.js';
import { failureBundle } from './errorValue.js';
import { ShownInputs } from './inputs.js';
import { Layouts } from './layouts.js';
import { isLive, LiveValues, type LiveValue } from './liveValues.js';
import { makers } from './makers.js';
import { createProgress } from './progress.js';
import { Proses } from './prose.js';
import { specOf } from './specValues.js';
import { createTslab } from './tslab.js';
import type { Display, DisplayHandle, DisplayHooks } from './types.js';
import { valueBundle } from './values.js';
import { specOutput } from './vegaSpec.js';
import { Views } from './views.js';

type Content = Omit<DisplayData, 'displayId'>;

/** The place of an output that is filled later, between what is printed before and after. */
const PLACEHOLDER: MimeBundle = { 'text/plain': '…' };

/** What a value shows, where that is not a live view: at once, or a promise of it. */
function contentOf(value: unknown): Content | Promise<Content> {
  try {
    const spec = specOf(value);
    if (spec !== null) return specOutput(spec);
  } catch (error) {
    // A mistake in the spec is told in its place; the cell that has it as a value has not failed.
    return { data: failureBundle('The spec cannot be shown', error), metadata: {} };
  }
  const own = ownBundle(value);
  const metadata = ownMetadata(value);
  if (own instanceof Promise) return own.then(data => ({ data, metadata }));
  return { data: own ?? valueBundle(value), metadata };
}

/** Makes what turns values into outputs, for one notebook. */
export function createDisplay(hooks: DisplayHooks): Display {
  const views = new Views(hooks.link);
  const inputs = new ShownInputs();
  const proses = new Proses(hooks.link);
  const layouts = new Layouts();
  const handles = new WeakSet<object>();
  let pending: Promise<void> = Promise.resolve();

  const live = new LiveValues({
    show: (value, displayId) => fill('update', value, displayId),
    fail: (error, displayId) =>
      hooks.publish('update', { data: valueBundle(error), metadata: {}, displayId }),
  });
  const progress = createProgress(hooks);

  const later = async (value: unknown, displayId: string): Promise<DisplayData> => {
    const shown = shownByEngine(value);
    if (shown?.kind === 'view')
      return views.show(shown.displayed, hooks.owner(), displayId, hooks.audience());
    if (shown?.kind === 'input') return inputs.show(shown.of, displayId);
    if (shown?.kind === 'prose') return proses.show(shown.parts, hooks.owner(), displayId);
    if (shown?.kind === 'layout') return layouts.show(shown.layout, displayId, later);
    const content = await contentOf(value);
    whileChanging(value, data => hooks.publish('update', { data, metadata: content.metadata, displayId }));
    return { ...content, displayId };
  };

  const forget = (displayId: string): void => {
    for (const id of layouts.forget(displayId)) for (const each of [views, inputs, proses]) each.forget(id);
  };

  const fill = (kind: 'display' | 'update', value: unknown, displayId: string): void => {
    forget(displayId);
    const content = shownByEngine(value) !== null || isChanging(value) ? null : contentOf(value);
    if (content !== null && !(content instanceof Promise)) {
      hooks.publish(kind, { ...content, displayId });
      return;
    }
    if (kind === 'display') hooks.publish('display', { data: PLACEHOLDER, metadata: {}, displayId });
    const filled =
      content === null
        ? later(value, displayId).then(full => hooks.publish('update', full))
        : content.then(full => hooks.publish('update', { ...full, displayId }));
    const before = pending;
    pending = filled.then(() => before);
    // A failure is the cell's, which awaits it through `settled`; without this it would be reported as unhandled as well.
    pending.catch(() => undefined);
  };

  const goOn = (value: LiveValue, displayId: string): void => {
    forget(displayId);
    live.start(value, displayId, hooks.owner());
  };

  const isShownLive = (value: unknown): value is LiveValue =>
    isLive(value) && shownByEngine(value) === null && !isChanging(value) && !makesBundle(value);

  const publish = (kind: 'display' | 'update', value: unknown, displayId: string): void => {
    live.stop(displayId);
    if (!isShownLive(value)) return fill(kind, value, displayId);
    if (kind === 'display') hooks.publish('display', { data: PLACEHOLDER, metadata: {}, displayId });
    goOn(value, displayId);
  };

  const show = (value: unknown): DisplayHandle => {
    const id = randomUUID();
    publish('display', value, id);
    const handle = { id, update: (next: unknown) => publish('update', next, id) };
    handles.add(handle);
    return handle;
  };

  return {
    display: Object.assign(show, makers),
    progress: progress.over,
    tslab: createTslab(hooks.publish),
    isHandle: value => typeof value === 'object' && value !== null && handles.has(value),
    toDisplayData: async (value, { isShown = true } = {}) => {
      if (isShown && isShownLive(value)) {
        const displayId = randomUUID();
        goOn(value, displayId);
        return { data: PLACEHOLDER, metadata: {}, displayId };
      }
      if (shownByEngine(value) !== null || isChanging(value)) return later(value, randomUUID());
      return { ...(await contentOf(value)), displayId: null };
    },
    settled: async () => {
      const waited = pending;
      pending = Promise.resolve();
      await waited;
    },
    settleViews: async () => {
      await live.settled(hooks.owner());
      // Tables that go over to another value of an input are waited for, as replays are.
      await hooks.link.request({ type: 'inputsSettled' });
      return layouts.absorb([...(await views.settle()), ...(await proses.settle()), ...inputs.settle()]);
    },
    begin: owner => live.stopOwner(owner),
    interrupt: () => {
      live.stopAll();
      progress.interrupt();
    },
  };
}
