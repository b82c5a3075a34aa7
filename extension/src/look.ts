import type { Look } from '@millrace/ui';

/** The look of JupyterLab's present theme. */
export function currentLook(): Look {
  const font = getComputedStyle(document.body).getPropertyValue('--jp-ui-font-family').trim();
  return {
    mode: document.body.dataset.jpThemeLight === 'false' ? 'dark' : 'light',
    font: font === '' ? 'sans-serif' : font,
  };
}

const listeners = new Set<(look: Look) => void>();
let observer: MutationObserver | null = null;

/** Tells of every change of the theme, until the returned function is called. */
export function watchLook(listener: (look: Look) => void): () => void {
  if (observer === null) {
    observer = new MutationObserver(() => {
      const look = currentLook();
      for (const listener of [...listeners]) listener(look);
    });
    observer.observe(document.body, {
      attributes: true,
      attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name'],
    });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}
