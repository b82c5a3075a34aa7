type Listener = (...args: never[]) => void;

const kept: (readonly [event: string, listener: () => void])[] = [];

/**
 * Listens to an event of the process whatever cells do: packages that tidy up after themselves take all listeners away
 * (`process.removeAllListeners()`), and a runner that hears nothing runs no cell any more.
 */
export function listenAlways(event: string, listener: Listener): void {
  if (kept.length === 0) keepListeners();
  kept.push([event, listener as () => void]);
  process.on(event, listener as () => void);
}

function keepListeners(): void {
  const { removeAllListeners } = process;
  process.removeAllListeners = function (...events) {
    removeAllListeners.apply(this, events);
    for (const [event, listener] of kept)
      if (!process.listeners(event as 'exit').includes(listener)) process.on(event, listener);
    return this;
  };
}
