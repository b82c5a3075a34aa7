/** What a view needs of the screen: when to draw, when drawing is done, and whether it is seen. Tests give their own. */
export interface Screen {
  /** Calls back before the next frame is painted. */
  nextFrame(draw: () => void): void;
  /** Calls back once what was drawn in this frame has been painted. */
  afterPaint(done: () => void): void;
  /** Tells whether an element is seen, at once and at every change, until the returned function is called. */
  watch(node: Element, listener: (seen: boolean) => void): () => void;
  now(): number;
}

/** The browser's screen: an element is seen when it is near the visible part of a page in a visible tab. */
export const browserScreen: Screen = {
  nextFrame: draw => void requestAnimationFrame(draw),
  afterPaint: done => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  },
  watch: (node, listener) => sight().watch(node, listener),
  now: () => performance.now(),
};

/** So far beyond what is seen, views are drawn already. */
const AHEAD = '64px';

interface Watched {
  inSight: boolean;
  readonly listener: (seen: boolean) => void;
}

/** One observer for all views of the page: a notebook may have a thousand. */
class Sight {
  readonly #watched = new Map<Element, Watched>();
  readonly #observer: IntersectionObserver;

  constructor() {
    // What scrolls within the page has a margin of its own, where the browser knows it.
    const options = { rootMargin: AHEAD, scrollMargin: AHEAD };
    this.#observer = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) {
        const watched = this.#watched.get(target);
        if (watched === undefined) continue;
        watched.inSight = isIntersecting;
        tell(watched);
      }
    }, options);
    document.addEventListener('visibilitychange', () => {
      for (const watched of [...this.#watched.values()]) tell(watched);
    });
  }

  watch(node: Element, listener: (seen: boolean) => void): () => void {
    const watched = { inSight: false, listener };
    this.#watched.set(node, watched);
    this.#observer.observe(node);
    return () => {
      if (this.#watched.get(node) !== watched) return;
      this.#watched.delete(node);
      this.#observer.unobserve(node);
    };
  }
}

function tell({ inSight, listener }: Watched): void {
  listener(inSight && document.visibilityState === 'visible');
}

let shared: Sight | null = null;

function sight(): Sight {
  return (shared ??= new Sight());
}
