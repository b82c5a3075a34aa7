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
  watch: (node, listener) => {
    let inSight = false;
    const tell = (): void => listener(inSight && document.visibilityState === 'visible');
    const observer = new IntersectionObserver(
      entries => {
        inSight = entries[entries.length - 1].isIntersecting;
        tell();
      },
      { rootMargin: '64px' },
    );
    observer.observe(node);
    document.addEventListener('visibilitychange', tell);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', tell);
    };
  },
  now: () => performance.now(),
};
