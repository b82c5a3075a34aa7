import type { Look } from '../view/surface.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** How the reader's system wants pages to look. What is drawn finds it where JupyterLab says it. */
export function currentLook(): Look {
  document.body.dataset.jpThemeLight = String(!dark.matches);
  return { mode: dark.matches ? 'dark' : 'light', font: getComputedStyle(document.body).fontFamily };
}

/** Tells of every change of it. */
export function watchLook(listener: (look: Look) => void): void {
  dark.addEventListener('change', () => listener(currentLook()));
}
