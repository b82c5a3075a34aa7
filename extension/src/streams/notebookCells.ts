import type { NotebookPanel } from '@jupyterlab/notebook';
import type { NotebookCells } from '@millrace/ui';

/** The cells of a notebook by the ids that the kernel knows them by. */
export function notebookCells(panel: NotebookPanel, activate: () => void): NotebookCells {
  const indexOf = (id: string): number => panel.content.widgets.findIndex(cell => cell.model.id === id);
  return {
    label: id => {
      const at = indexOf(id);
      if (at < 0) return null;
      const count = panel.content.widgets[at].model.sharedModel.toJSON()['execution_count'];
      return typeof count === 'number' ? `cell [${count}]` : `cell ${at + 1}`;
    },
    go: id => {
      const at = indexOf(id);
      if (at < 0) return;
      const { content } = panel;
      activate();
      content.activeCellIndex = at;
      content.deselectAll();
      void content.scrollToCell(content.widgets[at], 'center').catch(() => undefined);
      content.activate();
    },
  };
}
