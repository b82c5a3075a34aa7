import { escapeHtml } from './html.js';
import { counted } from './safely.js';
import type { Tone, TreeNode } from './tree.js';

/** Colours of JupyterLab's editor, which follow its theme; elsewhere ones that can be read on white. */
const COLOURS: Readonly<Record<Tone, string>> = {
  string: 'var(--jp-mirror-editor-string-color, #a11)',
  number: 'var(--jp-mirror-editor-number-color, #080)',
  // JupyterLab's colour of atoms is too light to be read on white.
  atom: 'var(--jp-mirror-editor-keyword-color, #219)',
  name: 'inherit',
  dim: 'inherit;opacity:0.65',
};

const FRAME =
  'font-family:var(--jp-code-font-family, monospace);font-size:var(--jp-code-font-size, 13px);line-height:1.45';

/** A tree as HTML that folds by itself: no scripts, everything escaped. */
export function treeHtml(root: TreeNode): string {
  return `<div style="${FRAME}">${nodeHtml(root, true)}</div>`;
}

function nodeHtml(node: TreeNode, open: boolean): string {
  const rest = omittedText(node);
  if (node.children.length === 0) {
    const tail = rest === null ? '' : ` ${dim(rest)}`;
    return `<div style="padding-left:1.1em">${headHtml(node)}${tail}</div>`;
  }
  const children = node.children.map(child => nodeHtml(child, false)).join('');
  const more = rest === null ? '' : `<div style="padding-left:1.1em">${dim(rest)}</div>`;
  const inner = `<div style="padding-left:1.1em">${children}${more}</div>`;
  return `<details${open ? ' open' : ''}><summary style="cursor:pointer;padding:3px 0">${headHtml(node)}</summary>${inner}</details>`;
}

function headHtml({ key, text, tone, mark }: TreeNode): string {
  const name = key === null ? '' : `${escapeHtml(key)}${key.endsWith('→') ? '' : ':'} `;
  const reference = mark === null ? '' : ` ${dim(`<ref *${mark}>`)}`;
  return `${name}<span style="color:${COLOURS[tone]}">${escapeHtml(text)}</span>${reference}`;
}

function dim(text: string): string {
  return `<span style="opacity:0.65">${escapeHtml(text)}</span>`;
}

/** A tree as indented lines, which say what is left out. */
export function treeText(root: TreeNode): string {
  const lines: string[] = [];
  const write = (node: TreeNode, indent: string): void => {
    const { key, text, mark } = node;
    const name = key === null ? '' : `${key}${key.endsWith('→') ? '' : ':'} `;
    const rest = omittedText(node);
    const inline = node.children.length === 0 && rest !== null ? ` ${rest}` : '';
    lines.push(`${indent}${name}${text}${mark === null ? '' : ` <ref *${mark}>`}${inline}`);
    for (const child of node.children) write(child, `${indent}  `);
    if (node.children.length > 0 && rest !== null) lines.push(`${indent}  ${rest}`);
  };
  write(root, '');
  return lines.join('\n');
}

function omittedText({ omitted, noun, children }: TreeNode): string | null {
  if (omitted === 0) return null;
  const many = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  const count = counted(omitted, noun, many);
  return children.length === 0 ? `… ${count} not shown` : `… ${count.replace(' ', ' more ')}`;
}
