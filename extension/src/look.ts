import type { Look } from '@millrace/ui';

/** The look of JupyterLab's present theme. */
export function currentLook(): Look {
  const font = getComputedStyle(document.body).getPropertyValue('--jp-ui-font-family').trim();
  return {
    mode: document.body.dataset.jpThemeLight === 'false' ? 'dark' : 'light',
    font: font === '' ? 'sans-serif' : font,
  };
}

/** Tells of every change of the theme, until the returned function is called. */
export function watchLook(listener: (look: Look) => void): () => void {
  const observer = new MutationObserver(() => listener(currentLook()));
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name'],
  });
  return () => observer.disconnect();
}
