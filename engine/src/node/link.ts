import type { HostEvent, HostLink, SessionHost } from '../session/protocol.js';

/** A link to a host in this process, which is made (and its code loaded) by the first request. */
export function lazyNodeLink(): HostLink {
  let made: Promise<{ readonly host: SessionHost; readonly link: HostLink }> | null = null;
  const listeners = new Set<(event: HostEvent) => void>();
  const connect = (): NonNullable<typeof made> => {
    made ??= import('./host.js').then(({ createNodeHost }) => {
      const host = createNodeHost();
      const link = host.link();
      link.onEvent(event => {
        for (const listener of listeners) listener(event);
      });
      return { host, link };
    });
    return made;
  };
  return {
    request: async request => (await connect()).link.request(request),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (made !== null) await (await made).host.close();
    },
  };
}
