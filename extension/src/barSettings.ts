import type { NotebookPanel } from '@jupyterlab/notebook';
import type { PartialJSONObject } from '@lumino/coreutils';
import type { BarSettings } from '@millrace/ui';

/** The notebook's metadata of ours. */
const KEY = 'millrace';

interface OurMetadata {
  readonly timeZone?: unknown;
}

/** What is chosen for all replay bars of a notebook, kept in its metadata. Outside of a notebook nothing is kept. */
export function notebookSettings(panel: NotebookPanel | null): BarSettings {
  const model = panel?.context.model;
  const ours = (): OurMetadata => (model?.getMetadata(KEY) ?? {}) as OurMetadata;
  return {
    get timeZone() {
      const { timeZone } = ours();
      return typeof timeZone === 'string' ? timeZone : null;
    },
    setTimeZone: timeZone => model?.setMetadata(KEY, { ...ours(), timeZone } as PartialJSONObject),
    onChange(listener) {
      const changed = (_sender: unknown, { key }: { readonly key: string }): void => {
        if (key === KEY) listener();
      };
      model?.metadataChanged.connect(changed);
      return () => model?.metadataChanged.disconnect(changed);
    },
  };
}
