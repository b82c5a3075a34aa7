import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { notebookStreams, type NotebookStreams } from './notebookStreams.js';

/**
 * The streams of the notebook that is looked at. One notebook at a time is asked: the panel's figures while the panel is seen, else the counts of
 * the status bar; nothing while the page is in the background.
 */
export class CurrentStreams {
  /** Those of the current notebook, once they are loaded. */
  now: NotebookStreams | null = null;
  #panel: NotebookPanel | null = null;
  #unlisten: () => void = () => undefined;
  #isSeen = false;
  #hasStatus = false;
  #rate = 2;

  constructor(
    private readonly notebooks: INotebookTracker | null,
    private readonly activate: (panel: NotebookPanel) => void,
    /** Another notebook is current, or something of it has changed. */
    private readonly changed: (streams: NotebookStreams | null, isOther: boolean) => void,
  ) {
    notebooks?.currentChanged.connect(() => void this.#follow());
    document.addEventListener('visibilitychange', () => this.#look());
    // Whoever is called back has to be there first.
    void Promise.resolve().then(() => this.#follow());
  }

  /** Whether the panel is seen, and whether there is a status bar. */
  watch(isSeen: boolean, hasStatus: boolean, perSecond: number): void {
    this.#isSeen = isSeen;
    this.#hasStatus = hasStatus;
    this.#rate = perSecond;
    this.#look();
  }

  async #follow(): Promise<void> {
    const panel = this.notebooks?.currentWidget ?? null;
    if (panel === this.#panel) return;
    this.#panel = panel;
    this.#leave();
    this.changed(null, true);
    if (panel === null) return;
    const streams = await notebookStreams(panel, () => this.activate(panel));
    if (this.#panel !== panel || panel.isDisposed) {
      streams.dispose();
      return;
    }
    this.now = streams;
    this.#unlisten = streams.client.onChange(() => this.changed(streams, false));
    panel.disposed.connect(() => {
      if (this.#panel === panel) void this.#follow();
    });
    this.#look();
    this.changed(streams, true);
  }

  #leave(): void {
    this.#unlisten();
    this.#unlisten = () => undefined;
    this.now?.dispose();
    this.now = null;
  }

  #look(): void {
    const isShown = document.visibilityState === 'visible';
    const detail = !isShown ? 'nothing' : this.#isSeen ? 'all' : this.#hasStatus ? 'summary' : 'nothing';
    this.now?.client.look(detail, this.#rate);
  }
}
