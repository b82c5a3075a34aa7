import { open, readFile, realpath, rename, stat } from 'node:fs/promises';
import type { JsonObject } from '../wire/message.js';
import { CheckError } from './error.js';

const MOST_BYTES = 1 << 29;

/** An output of a cell, as nbformat 4 has it: texts may be lists of lines. */
export interface NotebookOutput {
  readonly output_type: string;
  readonly [name: string]: unknown;
}

/** A code cell. */
export interface NotebookCell {
  /** As front ends name it to the kernel; of notebooks before nbformat 4.5 its place. */
  readonly id: string;
  readonly code: string;
  readonly tags: readonly string[];
  readonly outputs: readonly NotebookOutput[];
  /** Whether it was run before it was saved. */
  readonly hasRun: boolean;
  /** As it stands in the file, to be written to. */
  readonly json: Record<string, unknown>;
}

/** A notebook that can be written back as it was read. */
export interface Notebook {
  readonly path: string;
  /** The cells that have code. */
  readonly cells: readonly NotebookCell[];
  readonly json: Record<string, unknown>;
  readonly indent: string;
}

/** Reads a notebook. Error `MR5111` for what is none, `MR5114` for one of another language. */
export async function readNotebook(path: string, shown: string): Promise<Notebook> {
  const text = await readText(path, shown);
  const json = parsed(text, shown);
  const { nbformat, cells } = json;
  if (nbformat !== 4 || !Array.isArray(cells)) {
    const found =
      typeof nbformat === 'number' ? `its nbformat is ${nbformat}` : 'it has no cells and nbformat';
    throw new CheckError(
      'MR5111',
      `'${shown}' is no notebook of nbformat 4: ${found}.`,
      'Save it from JupyterLab again.',
    );
  }
  const language = languageOf(json);
  if (language !== null && !/^typescript$/i.test(language)) {
    throw new CheckError(
      'MR5114',
      `'${shown}' is a notebook of ${language}, and not of this kernel.`,
      'Check notebooks whose kernel is TypeScript (Millrace).',
    );
  }
  const code = cells.flatMap((cell, at) =>
    isObject(cell) && cell.cell_type === 'code' ? [codeCell(cell, at)] : [],
  );
  return {
    path,
    cells: code.filter(cell => cell.code.trim() !== ''),
    json,
    indent: /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? ' ',
  };
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES)
      throw new CheckError('MR5111', `'${shown}' has ${size} bytes, which is no notebook.`, null);
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof CheckError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CheckError(
      'MR5111',
      `'${shown}' cannot be read (${reason}).`,
      'Name a notebook, such as notebooks/bars.ipynb.',
    );
  }
}

function parsed(text: string, shown: string): Record<string, unknown> {
  try {
    const json = JSON.parse(text) as unknown;
    if (isObject(json)) return json;
  } catch {
    // Said below.
  }
  throw new CheckError(
    'MR5111',
    `'${shown}' is no notebook: it is no JSON object.`,
    'Name a notebook, such as notebooks/bars.ipynb.',
  );
}

function languageOf({ metadata }: JsonObject): string | null {
  const { kernelspec, language_info: info } = isObject(metadata) ? metadata : {};
  const named = isObject(kernelspec) ? kernelspec.language : undefined;
  const known = named ?? (isObject(info) ? info.name : undefined);
  return typeof known === 'string' ? known : null;
}

function codeCell(json: Record<string, unknown>, at: number): NotebookCell {
  const { id, source, metadata, outputs, execution_count: count } = json;
  const tags = isObject(metadata) && Array.isArray(metadata.tags) ? (metadata.tags as unknown[]) : [];
  const saved = (Array.isArray(outputs) ? (outputs as unknown[]) : []).filter(isOutput);
  return {
    id: typeof id === 'string' && id !== '' ? id : `cell ${at + 1}`,
    code: joined(source),
    tags: tags.filter(tag => typeof tag === 'string'),
    outputs: saved,
    hasRun: saved.length > 0 || typeof count === 'number',
    json,
  };
}

/** A text, or its lines. */
export function joined(text: unknown): string {
  if (Array.isArray(text)) return text.map(line => (typeof line === 'string' ? line : '')).join('');
  return typeof text === 'string' ? text : '';
}

/** A text as notebooks have it: its lines, with their ends. */
function lines(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** Outputs as notebooks have them, texts as lists of lines. */
export function savedForm(output: NotebookOutput): NotebookOutput {
  if (output.output_type === 'stream') return { ...output, text: lines(joined(output.text)) };
  if (!isObject(output.data)) return output;
  const data = Object.entries(output.data).map(([type, value]) => {
    const isText = typeof value === 'string' && (type.startsWith('text/') || type === 'image/svg+xml');
    return [type, isText ? lines(value) : value];
  });
  return { ...output, data: Object.fromEntries(data) as unknown };
}

/** Writes a notebook: all of it, or none. The file stays where it is, behind a link too, and as open to others as it was. */
export async function writeNotebook({ path, json, indent }: Notebook): Promise<void> {
  const file = await realpath(path);
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', (await stat(file)).mode & 0o777);
  try {
    await handle.writeFile(`${JSON.stringify(json, null, indent)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

function isOutput(value: unknown): value is NotebookOutput {
  return isObject(value) && typeof value.output_type === 'string';
}

/** Whether a value is an object with names. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
