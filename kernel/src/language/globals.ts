/** The file that declares the global names of cells beside Node's own. */
export const GLOBALS_FILE = '.cell-globals.d.ts';

export const GLOBALS_TEXT = `
/** A value that is shown as HTML, Markdown, a picture and so on. */
interface MimeValue { readonly [key: symbol]: () => Readonly<Record<string, unknown>> }

/** What \`display(value)\` gives: the output can be replaced later, from any cell. */
interface DisplayHandle { readonly id: string; update(value: unknown): void }

/**
 * Shows a value in the cell's output at once, e.g. \`display(bars)\`. Streams, tables and charts show as live views;
 * objects with a \`[Symbol.for('Jupyter.display')]()\` method as the MIME bundle that it returns.
 */
declare const display: {
  (value: unknown): DisplayHandle;
  /** Clears the output of the cell: at once, or with \`wait\` when the next output comes, so that nothing flickers. */
  clear(options?: { readonly wait?: boolean }): void;
  /** Trusted HTML: what is not yours to trust must be escaped first. */
  html(text: string): MimeValue;
  markdown(text: string): MimeValue;
  latex(text: string): MimeValue;
  svg(text: string): MimeValue;
  /** A PNG as bytes or base64. */
  png(data: Uint8Array | string): MimeValue;
  /** A JPEG as bytes or base64. */
  jpeg(data: Uint8Array | string): MimeValue;
  json(value: unknown): MimeValue;
};

/**
 * Asks whoever runs the notebook for a line of text, e.g. \`const name = await prompt('name? ')\`. With \`password\`, what is typed is
 * hidden, and it is in no output and no file. Rejects with \`MR4129\` where the notebook is run without anybody at it.
 */
declare function prompt(message?: string, options?: { readonly password?: boolean }): Promise<string>;
`;
