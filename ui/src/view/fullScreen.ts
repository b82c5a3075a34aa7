import { setAttribute, setText } from '../dom.js';
import { toolButton } from '../toolButton.js';

const FULL = 'millrace-mod-full';

/**
 * A view over the whole screen: by the browser's full screen, or, where that is not there or refused, over the whole page. Escape, the button
 * and the command go back, and the view is as large as it was.
 */
export class FullScreen {
  readonly button = toolButton(
    'View',
    'Full screen',
    () => this.toggle(),
    'Show over the whole screen; Escape goes back',
  );
  private isFull = false;

  /** @param changed told after it has come or gone */
  constructor(
    private readonly node: HTMLElement,
    private readonly changed: (isFull: boolean) => void,
  ) {
    this.button.setAttribute('aria-pressed', 'false');
    node.addEventListener('fullscreenchange', this.onChange);
    node.addEventListener('millrace-full-screen', this.onAsked);
    node.addEventListener('keydown', this.onShortcut);
  }

  dispose(): void {
    this.node.removeEventListener('fullscreenchange', this.onChange);
    this.node.removeEventListener('millrace-full-screen', this.onAsked);
    this.node.removeEventListener('keydown', this.onShortcut);
    this.leave();
  }

  private toggle(): void {
    if (this.isFull) this.leave();
    else void this.enter();
  }

  private async enter(): Promise<void> {
    this.set(true);
    try {
      // Not there in embedded pages, refused where nobody has pressed anything.
      await this.node.requestFullscreen();
      if (!this.isFull) this.leave();
    } catch {
      this.overPage();
    }
  }

  /** In the top layer of the page: nothing around the view can cut it off there. */
  private overPage(): void {
    if (!this.isFull || !this.node.isConnected) return;
    document.addEventListener('keydown', this.onKey);
    if (typeof this.node.showPopover !== 'function') return;
    this.node.popover = 'manual';
    this.node.showPopover();
  }

  private leave(): void {
    document.removeEventListener('keydown', this.onKey);
    // It fails where the browser has left it by itself meanwhile.
    if (document.fullscreenElement === this.node) document.exitFullscreen().catch(() => undefined);
    // Its attribute alone hides an element.
    if (this.node.popover !== undefined && this.node.popover !== null) {
      if (this.node.isConnected && this.node.matches(':popover-open')) this.node.hidePopover();
      this.node.popover = null;
    }
    this.set(false);
  }

  private set(isFull: boolean): void {
    if (this.isFull === isFull) return;
    this.isFull = isFull;
    this.node.classList.toggle(FULL, isFull);
    setAttribute(this.button, 'aria-pressed', String(isFull));
    setText(this.button, isFull ? 'Leave full screen' : 'Full screen');
    this.changed(isFull);
  }

  private readonly onChange = (): void => {
    if (document.fullscreenElement !== this.node) this.leave();
  };

  /** From a command. */
  private readonly onAsked = (): void => this.toggle();

  /** The command's keys, where JupyterLab does not look at keys: in tables, and outside of it. */
  private readonly onShortcut = (event: KeyboardEvent): void => {
    const isMeant = (event.ctrlKey || event.metaKey) && event.altKey && event.code === 'KeyF';
    if (!isMeant || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    this.toggle();
  };

  /** Escape means something to menus, fields and zoomed charts first. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    this.leave();
  };
}
