import ts from 'typescript';

/** The innermost node that begins at or before a position and ends behind it. */
export function nodeAt(file: ts.SourceFile, position: number): ts.Node {
  const within = (node: ts.Node): ts.Node => {
    const child = ts.forEachChild(node, each =>
      each.getStart(file) <= position && position < each.getEnd() ? each : undefined,
    );
    return child === undefined ? node : within(child);
  };
  return within(file);
}

/** A text that is being written, without its quotes. Offsets are UTF-16 units. */
export interface TextAt {
  readonly node: ts.StringLiteralLike;
  readonly quote: string;
  readonly start: number;
  /** Where it ends; of a text whose end is not written yet, the cursor. */
  readonly end: number;
}

/** The text between quotes that a position is in; null where there is none. */
export function textAt(file: ts.SourceFile, position: number): TextAt | null {
  if (position === 0) return null;
  const before = nodeAt(file, position - 1);
  const node = ts.isStringLiteralLike(before) ? before : nodeAt(file, position);
  if (!ts.isStringLiteralLike(node)) return null;
  const start = node.getStart(file) + 1;
  const quote = file.text[start - 1];
  const isClosed =
    node.getEnd() - start >= 1 && file.text[node.getEnd() - 1] === quote && !isUnterminated(node);
  const end = isClosed ? node.getEnd() - 1 : position;
  return position < start || position > end ? null : { node, quote, start, end };
}

function isUnterminated(node: ts.StringLiteralLike): boolean {
  return (node as { isUnterminated?: boolean }).isUnterminated === true;
}

/** The texts that may stand at a position inside quotes, as the types say. */
export function stringNames(service: ts.LanguageService, fileName: string, position: number): string[] {
  const entries = service.getCompletionsAtPosition(fileName, position, {})?.entries ?? [];
  return entries
    .filter(({ kind }) => kind === ts.ScriptElementKind.string)
    .map(({ name }) => unescaped(name));
}

/** What a text means that is written with escapes, as TypeScript offers it, too. */
export function unescaped(written: string): string {
  return written.replace(/\\(u[\da-fA-F]{4}|x[\da-fA-F]{2}|.)/gs, (_, what: string) => {
    if (what.length > 2) return String.fromCharCode(parseInt(what.slice(1), 16));
    return SHORT[what] ?? what;
  });
}

const SHORT: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
};
