import { NotebookActions, type Notebook, type NotebookPanel } from '@jupyterlab/notebook';

/** A notebook's trust, as far as talking to its kernel needs it. */
export interface TrustWatch {
  /** Whether all of its outputs are trusted, or its user has run a cell of it. */
  readonly isTrusted: () => boolean;
  dispose(): void;
}

/** Watches whether a notebook is trusted, and calls back when that may have changed. */
export function watchTrust(panel: NotebookPanel, changed: () => void): TrustWatch {
  let ran = false;
  const onScheduled = (_sender: unknown, { notebook }: { notebook: Notebook }): void => {
    if (notebook !== panel.content || ran) return;
    ran = true;
    changed();
  };
  const { context } = panel;
  const onContent = (): void => changed();
  NotebookActions.executionScheduled.connect(onScheduled);
  context.model.contentChanged.connect(onContent);
  void context.ready.then(changed);
  return {
    isTrusted: () => ran || (context.isReady && allTrusted(panel)),
    dispose: () => {
      NotebookActions.executionScheduled.disconnect(onScheduled);
      context.model.contentChanged.disconnect(onContent);
    },
  };
}

function allTrusted(panel: NotebookPanel): boolean {
  const cells = panel.content.model?.cells;
  if (cells === undefined) return false;
  for (const cell of cells) if (cell.type === 'code' && !cell.trusted) return false;
  return true;
}
