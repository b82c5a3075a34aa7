import ts from 'typescript';

/** Cells that are kept for what they add to global types and to those of packages; of more the oldest ones are left out. */
const MOST_CELLS = 100;

/** Not in one word: what makes the snapshot reads imports off the text of this code. */
const IMPORT = 'import';
const IMPORTS = new RegExp(`${IMPORT} '\\./\\.cell-\\d+';`, 'g');

function importText(module: string): string {
  return `${IMPORT} './${module}';`;
}

/**
 * The cells that add to types which are not their own: `declare global { … }` and `declare module 'x' { … }`. Nothing names them, so each
 * later cell imports them; one that declares the same again takes their place.
 */
export class Augmentations {
  /** What each module adds, by its name. */
  readonly #kept = new Map<string, ReadonlySet<string>>();

  /** Takes a cell that has run as a module. */
  add(file: ts.SourceFile, end: number, module: string): void {
    const added = addedNames(file, end);
    if (added.size === 0) return;
    for (const [earlier, names] of this.#kept) if (meet(added, names)) this.#kept.delete(earlier);
    this.#kept.set(module, added);
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > MOST_CELLS && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** The imports of all of them. */
  get imports(): string[] {
    return [...this.#kept.keys()].map(module => importText(module));
  }

  /** The imports for a cell: of those that add something else than it does itself. */
  besides(file: ts.SourceFile, end: number): string[] {
    if (this.#kept.size === 0) return [];
    const own = addedNames(file, end);
    return [...this.#kept].filter(([, names]) => !meet(own, names)).map(([module]) => importText(module));
  }

  forget(): void {
    this.#kept.clear();
  }
}

/** A cell's module as later ones see it: those import what is added by themselves, as it is then. */
export function withoutAugmentations({
  code,
  text,
}: {
  readonly code: string;
  readonly text: string;
}): string {
  return code + text.slice(code.length).replace(IMPORTS, '');
}

/** What a cell adds to types that are not its own, each name with where it is added. */
function addedNames(file: ts.SourceFile, end: number): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (statement.getStart(file) >= end) break;
    if (!ts.isModuleDeclaration(statement) || statement.body === undefined) continue;
    const isOthers =
      ts.isStringLiteral(statement.name) || (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
    if (!isOthers || !ts.isModuleBlock(statement.body)) continue;
    for (const each of statement.body.statements)
      for (const name of namesOf(each)) names.add(`${statement.name.text} ${name}`);
  }
  return names;
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as { name?: ts.Node };
  return [name === undefined ? '*' : name.getText()];
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...some].some(name => others.has(name));
}
