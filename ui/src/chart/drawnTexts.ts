import type { View } from 'vega';

interface SceneItem {
  readonly text?: unknown;
  readonly items?: readonly SceneItem[];
}

/** The texts of a drawing, in the order in which they are drawn. */
export function drawnTexts(view: View): string[] {
  return textsOf((view.scenegraph() as unknown as { root: SceneItem }).root);
}

function textsOf(item: SceneItem): string[] {
  const own = typeof item.text === 'string' && item.text !== '' ? [item.text] : [];
  return [...own, ...(item.items ?? []).flatMap(textsOf)];
}
