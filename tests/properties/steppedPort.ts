import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import { ViewPort, type ViewPortOptions } from '../../engine/src/views/viewPort.js';

/** A view port whose time passes, and whose work is done, only when `settle` is called: a second each time. */
export function steppedPort(
  options: Pick<ViewPortOptions, 'source' | 'view' | 'status' | 'send'>,
  open: ConstructorParameters<typeof ViewPort>[1],
): { readonly port: ViewPort; settle(): void } {
  let now = 0;
  const due: (() => void)[] = [];
  const timers: (() => void)[] = [];
  const port = new ViewPort(
    {
      ...options,
      key: [],
      isFrozen: () => false,
      encode: encodeArrow,
      now: () => now,
      after: (_, callback) => {
        timers.push(callback);
        return () => timers.splice(timers.indexOf(callback), 1);
      },
      defer: work => due.push(work),
    },
    open,
  );
  return {
    port,
    settle: () => {
      now += 1000;
      for (const timer of timers.splice(0)) timer();
      for (const work of due.splice(0)) work();
    },
  };
}
