import type { LayoutChild, LayoutOutput } from './layout.js';

/**
 * Outputs beside or below each other for readers without our extension: as HTML, with the pictures of charts in it, and as text.
 *
 * @example layoutTexts('row', [{ data: { 'text/plain': '5' }, metadata: {} }]).text // '5'
 */
export function layoutTexts(
  direction: LayoutOutput['direction'],
  children: readonly LayoutChild[],
): { readonly html: string; readonly text: string } {
  const style = direction === 'row' ? 'flex-flow:row wrap' : 'flex-flow:column';
  const parts = children.map(child => `<div style="min-width:0">${htmlOf(child)}</div>`);
  return {
    html: `<div style="display:flex;${style};gap:12px 20px;align-items:flex-start">${parts.join('')}</div>`,
    text: children.map(({ data }) => String(data['text/plain'] ?? '')).join('\n\n'),
  };
}

function htmlOf({ data, metadata }: LayoutChild): string {
  const html = data['text/html'];
  if (typeof html === 'string') return html;
  const png = data['image/png'];
  // Base64, and nothing that would end the attribute.
  if (typeof png === 'string' && /^[\w+/=\s]*$/.test(png)) {
    const { width } = (metadata['image/png'] ?? {}) as { width?: unknown };
    const size = typeof width === 'number' && Number.isFinite(width) ? ` width="${width}"` : '';
    return `<img${size} style="max-width:100%" alt="Chart" src="data:image/png;base64,${png.replace(/\s/g, '')}">`;
  }
  return `<pre style="white-space:pre-wrap">${escaped(String(data['text/plain'] ?? ''))}</pre>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
