import { LAYOUT_MIME, type LayoutOutput } from '@millrace/protocol';
import { isObject, type NotebookOutput } from './notebook.js';

/** Layouts are in each other no deeper, and have no more outputs: what a saved notebook says is not believed. */
export const DEEPEST_LAYOUT = 10;
export const MOST_CHILDREN = 200;

/** Outputs, and in the place of each layout those that are in it. */
export function flatOutputs(outputs: readonly NotebookOutput[], depth = 0): NotebookOutput[] {
  return outputs.flatMap(output => {
    const layout = isObject(output.data) ? output.data[LAYOUT_MIME] : undefined;
    if (!isLayout(layout) || depth >= DEEPEST_LAYOUT) return [output];
    const inner = layout.children.slice(0, MOST_CHILDREN);
    return flatOutputs(
      inner.map(({ data }) => ({ output_type: 'display_data', data })),
      depth + 1,
    );
  });
}

/** Whether what a cell has put under the type of layouts is one. */
export function isLayout(value: unknown): value is LayoutOutput {
  if (!isObject(value) || !Array.isArray(value.children)) return false;
  return value.children.every(child => isObject(child) && isObject(child.data));
}
