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
  text(text: string): MimeValue;
  /** Clears the output of the cell: at once, or with \`wait\` when the next output comes, so that nothing flickers. */
  clear(options?: { readonly wait?: boolean }): void;
  /** Trusted HTML: what is not yours to trust must be escaped first. */
  html(text: string): MimeValue;
  markdown(text: string): MimeValue;
  latex(text: string): MimeValue;
  svg(text: string): MimeValue;
  /** A script that the front end runs in its page. */
  javascript(text: string): MimeValue;
  /** A PNG as bytes or base64. */
  png(data: Uint8Array | string): MimeValue;
  /** A JPEG as bytes or base64. */
  jpeg(data: Uint8Array | string): MimeValue;
  /** A GIF as bytes or base64. */
  gif(data: Uint8Array | string): MimeValue;
  /** A WebP image as bytes or base64. */
  webp(data: Uint8Array | string): MimeValue;
  /** A PDF as bytes or base64. */
  pdf(data: Uint8Array | string): MimeValue;
  /** A PNG, JPEG, GIF or WebP image, whichever it is, as bytes or base64. */
  image(data: Uint8Array | string): MimeValue;
  json(value: unknown): MimeValue;
  /** A MIME bundle as it is, e.g. \`display.mime({ 'text/html': '<b>x</b>', 'text/plain': 'x' })\`. */
  mime(bundle: Readonly<Record<string, unknown>>): MimeValue;
  /**
   * The chart of a Vega-Lite spec with its values in it. Nothing is loaded from elsewhere.
   *
   * @throws \`MR4103\` for what is no spec, names an address, or is longer than 10 MB
   * @example display.vegaLite({ data: { values: rows }, mark: 'bar', encoding: { x: { field: 'day' }, y: { field: 'n', type: 'quantitative' } } })
   */
  vegaLite(spec: object): MimeValue;
  /** The chart of a Vega spec with its values in it. Nothing is loaded from elsewhere. */
  vega(spec: object): MimeValue;
};

/** How a bar of \`progress\` is drawn. */
interface ProgressOptions {
  /** How many values there will be, where the iterable does not say: its \`length\` or \`size\` is taken otherwise. */
  readonly total?: number;
  /** What stands before the bar. */
  readonly label?: string;
}

/**
 * Loops over something with a bar: how many of how many, the time so far, values a second and the time that is left. It is drawn
 * anew at most ten times a second. Bars of loops within each other are one output.
 *
 * @throws \`MR4101\` for what cannot be looped over, \`MR4102\` for a total that is no count
 * @example for (const file of progress(files, { label: 'files' })) await read(file);
 */
declare function progress<Value>(iterable: Iterable<Value>, options?: ProgressOptions): Iterable<Value>;
declare function progress<Value>(iterable: AsyncIterable<Value>, options?: ProgressOptions): AsyncIterable<Value>;

/** What notebooks that were written for tslab import: the names of tslab 1.0.22. */
declare module 'tslab' {
  /** The version strings of tslab and its dependencies. */
  export const versions: { readonly tslab: string; readonly typescript: string; readonly node: string };
  export interface Display {
    javascript(s: string): void;
    html(s: string): void;
    markdown(s: string): void;
    latex(s: string): void;
    svg(s: string): void;
    png(b: Uint8Array): void;
    jpeg(b: Uint8Array): void;
    gif(b: Uint8Array): void;
    pdf(b: Uint8Array): void;
    text(s: string): void;
    raw(contentType: string, b: string | Uint8Array): any;
  }
  /** Returns a display that shows and overwrites one output. */
  export function newDisplay(): Display;
  /** Shows rich contents. */
  export const display: Display;
}
/**
 * Asks whoever runs the notebook for a line of text, e.g. \`const name = await prompt('name? ')\`. With \`password\`, what is typed is
 * hidden, and it is in no output and no file. Rejects with \`MR4129\` where the notebook is run without anybody at it.
 */
declare function prompt(message?: string, options?: { readonly password?: boolean }): Promise<string>;

/** What Node has of WebAssembly; its types name it nowhere. */
declare namespace WebAssembly {
  type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'externref' | 'anyfunc';
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag';
  type ExportValue = Function | Global | Memory | Table;
  type Imports = Record<string, Record<string, ExportValue | number | bigint>>;
  class Module {
    constructor(bytes: BufferSource);
    static exports(module: Module): { name: string; kind: ImportExportKind }[];
    static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, any>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number }, value?: any);
    readonly length: number;
    get(index: number): any;
    set(index: number, value?: any): void;
    grow(by: number, value?: any): number;
  }
  class Global {
    constructor(descriptor: { value: ValueType; mutable?: boolean }, value?: any);
    value: any;
    valueOf(): any;
  }
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
  type BufferSource = ArrayBuffer | ArrayBufferView;
  function validate(bytes: BufferSource): boolean;
  function compile(bytes: BufferSource): Promise<Module>;
  function instantiate(bytes: BufferSource, imports?: Imports): Promise<{ module: Module; instance: Instance }>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
}
`;
