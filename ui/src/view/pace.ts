import type { Screen } from './screen.js';

/** A wait that is shorter than a frame of the screen is none. */
const FRAME_MS = 17;

/** When a view may draw next: on a frame of the screen, and no more often than is wanted. */
export class Pace {
  private isAsked = false;
  private lastMs = -Infinity;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly screen: Screen) {}

  /** Calls back once for all that was asked for since. A frame that would be drawn too soon is kept; meanwhile the kernel conflates what comes. */
  next(framesPerSecond: number, draw: () => void): void {
    if (this.isAsked || this.timer !== null) return;
    const wait = this.lastMs + 1000 / framesPerSecond - this.screen.now();
    if (wait > FRAME_MS) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.next(framesPerSecond, draw);
      }, wait);
      return;
    }
    this.isAsked = true;
    this.screen.nextFrame(() => {
      this.isAsked = false;
      draw();
    });
  }

  /** Something is drawn now. */
  drawn(): void {
    this.lastMs = this.screen.now();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
