import { element } from '../dom.js';
import type { Look, Picture } from '../view/surface.js';

/** What is behind a saved picture: pages that show it need not have our theme. */
const PAPER = { light: '#ffffff', dark: '#111111' } as const;

/** What is drawn in a chart's node; null where that is nothing. */
export function pictureOf(host: HTMLElement, mode: Look['mode']): Picture | null {
  const drawn = host.querySelector('canvas');
  if (drawn === null || drawn.width === 0) return null;
  const png = pngOf(host.querySelectorAll('canvas'), PAPER[mode]);
  // Sizes as they are written: a chart that is scrolled away may have no box.
  const size = (css: string): number => Math.round(Number.parseFloat(css)) || 0;
  return png === null ? null : { png, width: size(drawn.style.width), height: size(drawn.style.height) };
}

/** Canvases that lie over each other as base64 PNG, on an opaque ground. */
function pngOf(layers: Iterable<HTMLCanvasElement>, paper: string): string | null {
  const copy = element('canvas');
  const [drawn] = layers;
  copy.width = drawn.width;
  copy.height = drawn.height;
  const context = copy.getContext('2d');
  if (context === null) return null;
  context.fillStyle = paper;
  context.fillRect(0, 0, copy.width, copy.height);
  for (const layer of layers) context.drawImage(layer, 0, 0);
  return copy.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
