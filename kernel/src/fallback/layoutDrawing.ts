import {
  LAYOUT_MIME,
  layoutTexts,
  PROTOCOL_VERSION,
  type LayoutChild,
  type LayoutOutput,
} from '@millrace/protocol';
import type { LiveLayout, LiveOutput } from '../runner/contract.js';
import { limited } from './limited.js';
import type { Drawn } from './messages.js';

/** Draws a layout anew: the live views in it, those in layouts in it included, and what is not live as it was. */
export async function drawLayout(
  { direction, children }: LiveLayout,
  draw: (live: LiveOutput) => Promise<Drawn>,
): Promise<Drawn> {
  const drawn: LayoutChild[] = [];
  for (const { live, data, metadata } of children) {
    if (live === undefined) drawn.push({ data, metadata });
    else
      drawn.push((live.layout === undefined ? await draw(live) : await drawLayout(live.layout, draw)).bundle);
  }
  const { html, text } = layoutTexts(direction, drawn);
  const output: LayoutOutput = { v: PROTOCOL_VERSION, direction, children: drawn };
  return limited({ data: { [LAYOUT_MIME]: output, 'text/plain': text, 'text/html': html }, metadata: {} });
}
