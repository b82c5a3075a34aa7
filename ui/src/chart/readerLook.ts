import type { Look } from '../view/surface.js';

/** A theme's look as the reader's system wants it. */
export interface ReaderLook extends Look {
  /** Labels, axes and lines are to be as strong as can be. */
  readonly contrast: boolean;
}

const FORCED = '(forced-colors: active)';
const MORE = '(prefers-contrast: more)';
const DARK = '(prefers-color-scheme: dark)';

/** A canvas does not get the colours that a system forces upon a page: those that suit the system's ground are taken. */
export function readerLook(look: Look): ReaderLook {
  const isForced = matches(FORCED);
  const theme = document.body.dataset.jpThemeName ?? '';
  return {
    ...look,
    mode: isForced ? (matches(DARK) ? 'dark' : 'light') : look.mode,
    contrast: isForced || matches(MORE) || /high.?contrast/i.test(theme),
  };
}

/** Tells when the reader's system may want another look, until the returned function is called. */
export function watchReader(listener: () => void): () => void {
  if (typeof matchMedia !== 'function') return () => undefined;
  const queries = [FORCED, MORE, DARK].map(query => matchMedia(query));
  for (const query of queries) query.addEventListener('change', listener);
  return () => {
    for (const query of queries) query.removeEventListener('change', listener);
  };
}

function matches(query: string): boolean {
  return typeof matchMedia === 'function' && matchMedia(query).matches;
}
