import { randomUUID } from 'node:crypto';
import type { DisplayData, MimeBundle } from '../runner/contract.js';
import { isChanging, whileChanging } from './changing.js';
import { displayedOf } from './displayable.js';
import type { Display, DisplayHandle, DisplayHooks, DisplayMakers } from './types.js';
import { mimeValue, ownBundle, ownMetadata, valueBundle } from './values.js';
import { Views } from './views.js';

/** Makes what turns values into outputs, for one notebook. */
export function createDisplay(hooks: DisplayHooks): Display {
  const views = new Views(hooks.link);
  const handles = new WeakSet<object>();
  let pending: Promise<void> = Promise.resolve();

  /** The value's bundle where it can be had at once, else null. */
  const atOnce = (value: unknown): MimeBundle | null => {
    if (displayedOf(value) !== null) return null;
    const own = ownBundle(value);
    if (own === null) return valueBundle(value);
    return own instanceof Promise ? null : own;
  };

  const later = async (value: unknown, displayId: string): Promise<DisplayData> => {
    const displayed = displayedOf(value);
    if (displayed !== null) return views.show(displayed, hooks.owner(), displayId);
    const own = await ownBundle(value);
    const metadata = ownMetadata(value);
    whileChanging(value, data => hooks.publish('update', { data, metadata, displayId }));
    return { data: own ?? valueBundle(value), metadata, displayId };
  };

  const publish = (kind: 'display' | 'update', value: unknown, displayId: string): void => {
    views.forget(displayId);
    const data = atOnce(value);
    if (data !== null) {
      hooks.publish(kind, { data, metadata: ownMetadata(value), displayId });
      return;
    }
    // The place in the output is taken now, between what is printed before and after; it is filled when the host answers.
    const placeholder = { 'text/plain': '…' };
    if (kind === 'display') hooks.publish('display', { data: placeholder, metadata: {}, displayId });
    const filled = later(value, displayId).then(full => hooks.publish('update', full));
    const before = pending;
    pending = filled.then(() => before);
    // A failure is the cell's, which awaits it through `settled`; without this it would be reported as unhandled as well.
    pending.catch(() => undefined);
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
    isHandle: value => typeof value === 'object' && value !== null && handles.has(value),
    toDisplayData: async value => {
      if (displayedOf(value) !== null || isChanging(value)) return later(value, randomUUID());
      const own = await ownBundle(value);
      return { data: own ?? valueBundle(value), metadata: ownMetadata(value), displayId: null };
    },
    settled: async () => {
      const waited = pending;
      pending = Promise.resolve();
      await waited;
    },
    settleViews: () => views.settle(),
  };
}

const image = (type: string) => (data: Uint8Array | string) =>
  mimeValue({
    [type]: typeof data === 'string' ? data : Buffer.from(data).toString('base64'),
    'text/plain': `<${type}>`,
  });

const text = (type: string) => (content: string) => mimeValue({ [type]: content, 'text/plain': content });

const makers: DisplayMakers = {
  html: text('text/html'),
  markdown: text('text/markdown'),
  latex: text('text/latex'),
  svg: text('image/svg+xml'),
  png: image('image/png'),
  jpeg: image('image/jpeg'),
  json: (value: unknown) =>
    mimeValue({ 'application/json': value, 'text/plain': JSON.stringify(value, null, 2) }),
};
