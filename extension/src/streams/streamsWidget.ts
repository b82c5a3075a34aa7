import { Widget } from '@lumino/widgets';
import type { PanelSubject, StreamsPanel } from '@millrace/ui';

/** The streams panel in JupyterLab's side bar: what it shows is drawn by `@millrace/ui` once it is first seen. */
export class StreamsWidget extends Widget {
  #panel: StreamsPanel | null = null;
  #subject: PanelSubject | null = null;
  #zone: string | null = null;
  #isLoading = false;

  /** @param seen called when it is shown or hidden */
  constructor(private readonly seen: (isSeen: boolean) => void) {
    super();
    this.id = 'millrace-streams';
    this.addClass('millrace-StreamsWidget');
    this.title.caption = 'Streams';
  }

  setSubject(subject: PanelSubject | null): void {
    this.#subject = subject;
    this.#panel?.setSubject(subject);
  }

  setTimeZone(zone: string | null): void {
    this.#zone = zone;
    this.#panel?.setTimeZone(zone);
  }

  protected override onAfterShow(): void {
    void this.#load();
    this.seen(true);
  }

  protected override onAfterHide(): void {
    this.seen(false);
  }

  protected override onAfterAttach(): void {
    if (!this.isVisible) return;
    void this.#load();
    this.seen(true);
  }

  protected override onActivateRequest(): void {
    const first = this.node.querySelector<HTMLElement>('button:not([hidden])');
    this.node.tabIndex = -1;
    (first ?? this.node).focus();
  }

  override dispose(): void {
    this.#panel?.dispose();
    super.dispose();
  }

  async #load(): Promise<void> {
    if (this.#panel !== null || this.#isLoading) return;
    this.#isLoading = true;
    const { StreamsPanel } = await import('@millrace/ui');
    if (this.isDisposed) return;
    this.#panel = new StreamsPanel();
    this.#panel.setTimeZone(this.#zone);
    this.#panel.setSubject(this.#subject);
    this.node.append(this.#panel.node);
  }
}
