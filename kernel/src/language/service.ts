import ts from 'typescript';
import type { PlanSample } from 'millrace';
import type { CellDiagnostic, ProvidedType } from '../runner/contract.js';
import type { CellSource, Completeness, Completion, Language, Prepared } from './api.js';
import { Augmentations, withoutAugmentations } from './augmentations.js';
import { withColumnErrors } from './columnErrors.js';
import { columnHover } from './columnHover.js';
import { columnAt, type ColumnAt } from './columnOrigin.js';
import { completions } from './complete.js';
import { completeness } from './completeness.js';
import { cellDiagnostics } from './diagnostics.js';
import { usedNames } from './declarations.js';
import { emitCell } from './emit.js';
import { withLogicErrors } from './expressionLogic.js';
import { withOperatorErrors } from './expressionOperators.js';
import { eventTimeHints } from './eventTimeHints.js';
import { fileCallOf, fileCalls } from './fileCalls.js';
import { FileLooks } from './fileLooks.js';
import { GLOBALS_FILE, GLOBALS_TEXT } from './globals.js';
import { cellHints } from './hints.js';
import { CellFiles } from './host.js';
import { inspection } from './inspect.js';
import { jsxErrors } from './jsx.js';
import { LateRows } from './lateRows.js';
import { FILES_FILE, knownFilesText } from './knownFiles.js';
import { textAt } from './literals.js';
import { LocalModules } from './localModules.js';
import { magicCompleteness, magicCompletions, magicInspection } from './magicHelp.js';
import { findMagics } from './magics.js';
import { cellModule, type CellModule } from './module.js';
import { knownName, type KnownName } from './names.js';
import { fromCodePoints } from './offsets.js';
import type { Outside } from './outside.js';
import { reachableModules } from './reachable.js';
import { keepingRegistry } from './registry.js';
import { parse, syntaxErrors } from './parse.js';
import { collectionOf, isLoose, providedDeclaration, type ProvidedModule } from './provided.js';
import { isInSql, sqlCompletions } from './sqlNames.js';
import { textCompletions } from './textCompletions.js';

/** The file of the cell that is being checked: always the same one, so that the program around it is kept. */
const CURRENT_FILE = '.cell.ts';

/** Modules of cells that nothing names any more are looked for after so many cells. */
const SWEEP_EVERY = 64;

/** The cell that is the current file, and the program that it is part of. */
interface Current {
  readonly file: ts.SourceFile;
  readonly program: ts.Program;
}

/** The language service over a notebook's cells, in the calling thread. See `Language` for what its methods do. */
export class LanguageService {
  readonly #files: CellFiles;
  readonly #service: ts.LanguageService;
  readonly #local: LocalModules;
  readonly #names = new Map<string, KnownName>();
  readonly #prepared = new Map<string, CellModule>();
  readonly #looks: FileLooks;
  /** The streams and tables of the notebook, as they were when their cells had run. */
  readonly #collections = new Map<string, ProvidedType>();
  readonly #late = new LateRows();
  readonly #augmentations = new Augmentations();
  #modules = 0;
  /** Whether the last cell asked for a module that was not there. */
  #isMissingModule = false;

  /**
   * @param directory the notebook's folder, absolute
   * @param registry parsed files, which may be there already
   * @param patienceMs how long `see` waits for files; not given: half a second
   */
  constructor(directory: string, registry = keepingRegistry(), patienceMs?: number) {
    this.#files = new CellFiles(directory, [CURRENT_FILE, GLOBALS_FILE, FILES_FILE]);
    this.#looks = new FileLooks(directory, patienceMs);
    this.#files.set(FILES_FILE, knownFilesText(this.#looks.files));
    this.#files.set(GLOBALS_FILE, GLOBALS_TEXT);
    this.#files.set(CURRENT_FILE, 'export {};\n');
    this.#service = ts.createLanguageService(this.#files, registry);
    this.#local = new LocalModules(this.#files, this.#service);
  }

  /** Loads the types that a cell needs: about two seconds of work for those of Node and of `millrace` where they are not there already. */
  warmUp(code = "import * as m from 'millrace';\nconsole.log(m);"): void {
    this.#check(this.#module(code));
  }

  /**
   * Looks at the files that a cell names, so that their columns are known to the requests that follow. Waits half a second at most.
   *
   * @param cursor where the cell is being written (code points): a path that is not whole yet is not looked at
   */
  async see(code: string, outside: Outside, cursor: number | null = null): Promise<void> {
    const file = parse(findMagics(code).masked);
    for (const { name, module, file: declaring, sample } of await this.#late.learn(
      usedNames(file, file.end),
      outside,
    )) {
      const collection = this.#collectionOf(module, name);
      if (collection === null) continue;
      const { fields, key, time } = sample;
      const provided = { name, collection, fields, key, time };
      this.#collections.set(name, provided);
      this.#provide(module, declaring, [provided], `-${name}`);
    }
    if (!/\b(?:replay|read)\b/.test(code)) return;
    const position = cursor === null ? -1 : fromCodePoints(code, cursor);
    const calls = fileCalls(file).filter(({ node }) => {
      const [path] = node.arguments;
      return position <= path.pos || position >= path.end;
    });
    if (calls.length === 0) return;
    await this.#looks.see(
      calls.map(({ make, path, options }) => ({ make, path, options })),
      outside,
    );
    this.#files.set(FILES_FILE, knownFilesText(this.#looks.files));
  }

  prepare(source: CellSource): Prepared {
    const module = this.#module(source.code);
    if (this.#isMissingModule) this.#files.refresh();
    this.#local.lookAgain();
    const [found, current] = this.#check(module);
    const path = this.#files.path(CURRENT_FILE);
    const local = this.#local.collect(module.file, path);
    const diagnostics = [...this.#local.check(local), ...found];
    this.#isMissingModule = diagnostics.some(each => each.code === 'TS2307');
    const isWrong = diagnostics.some(each => each.severity === 'error');
    if (current === null || isWrong) return { cell: null, diagnostics };
    this.#prepared.set(source.cellId, module);
    const emitted = this.#local.emit(local);
    diagnostics.push(...this.#hints(module, current));
    return { cell: emitCell(current.program, path, module, source, emitted), diagnostics };
  }

  commit(cellId: string, provided: readonly ProvidedType[], assigned: readonly string[] | null = null): void {
    const module = this.#prepared.get(cellId);
    if (module === undefined) return;
    this.#prepared.delete(cellId);
    if (module.magics.some(magic => magic.definition.name === 'install')) this.#files.refresh(true);
    const name = `.cell-${++this.#modules}`;
    this.#files.set(`${name}.ts`, withoutAugmentations(module));
    this.#augmentations.add(module.file, module.code.length, name);
    for (const declaration of module.declarations) {
      const hasValue = declaration.kind !== 'type' && !declaration.ambient;
      if (hasValue && assigned !== null && !assigned.includes(declaration.name)) continue;
      this.#names.set(declaration.name, knownName(declaration, module.file, `./${name}`));
      this.#collections.delete(declaration.name);
      const isKnown = !hasValue || provided.some(each => each.name === declaration.name);
      this.#late.declared(declaration.name, isKnown, module, name);
    }
    for (const each of provided) this.#collections.set(each.name, each);
    if (provided.length > 0) this.#provide(module, name, provided);
    if (this.#modules % SWEEP_EVERY === 0) this.#sweep();
  }

  /** The files on disk that the program is made of. */
  get diskFiles(): string[] {
    const files = this.#program().getSourceFiles();
    return files.map(file => file.fileName).filter(name => this.#files.isOnDisk(name));
  }

  /** How many modules of cells are kept. */
  get modules(): number {
    return this.#files.names.length;
  }

  forget(): void {
    this.#names.clear();
    this.#collections.clear();
    this.#late.forget();
    this.#augmentations.forget();
    this.#prepared.clear();
    this.#sweep();
  }

  complete(code: string, cursor: number): Completion {
    const magic = magicCompletions(code, cursor);
    if (magic !== null) return magic;
    const module = this.#module(code);
    const position = fromCodePoints(code, cursor);
    if (isInSql(module.file, module.magics, position)) return sqlCompletions(code, position, this.#tables());
    const { file } = this.#current(module);
    const text = textAt(file, position);
    if (text !== null)
      return textCompletions(this.#service, file, this.#files.directory, code, text, position);
    return completions(this.#service, file.fileName, code, cursor, [...this.#names.values()]);
  }

  /** The stream or table of the notebook of which values are to be shown for what is at the cursor; null: of none. */
  sampled(code: string, cursor: number): string | null {
    if (magicInspection(code, cursor) !== null) return null;
    const from = this.#columnAt(code, cursor)?.from ?? null;
    return from !== null && 'variable' in from ? from.variable : null;
  }

  /** @param sample what is known of the stream or table that `sampled` names */
  inspect(
    code: string,
    cursor: number,
    detail: 0 | 1,
    sample: PlanSample | null = null,
  ): Awaited<ReturnType<Language['inspect']>> {
    const magic = magicInspection(code, cursor);
    if (magic !== null) return magic;
    const column = this.#columnAt(code, cursor);
    const hover = column === null ? null : this.#hover(column, sample);
    if (hover !== null) return hover;
    const { file } = this.#current(this.#module(code));
    return inspection(this.#service, file.fileName, code, cursor, detail);
  }

  #columnAt(code: string, cursor: number): ColumnAt | null {
    const { file, program } = this.#current(this.#module(code));
    const position = Math.min(fromCodePoints(code, cursor), code.length);
    return columnAt(file, program.getTypeChecker(), position);
  }

  #hover({ name, from }: ColumnAt, sample: PlanSample | null): ReturnType<typeof columnHover> {
    if (from === null) return null;
    if ('made' in from) {
      const known = this.#known(from.made);
      return known === null ? null : columnHover(name, null, known);
    }
    const known = sample ?? this.#collections.get(from.variable);
    return known === undefined ? null : columnHover(name, from.variable, { sources: [], ...known });
  }

  /** What is known of the file that a call names. */
  #known(made: ts.CallExpression): PlanSample | null {
    const call = fileCallOf(made);
    return call === null ? null : this.#looks.known(call);
  }

  #tables(): Map<string, readonly string[]> {
    return new Map([...this.#collections].map(([name, { fields }]) => [name, fields.map(each => each.name)]));
  }

  /** Makes a cell's module the current file of the program. TypeScript looks at all files each time that it is asked for its program. */
  #current(module: CellModule): Current {
    this.#files.set(CURRENT_FILE, module.text);
    const program = this.#program();
    return { program, file: program.getSourceFile(this.#files.path(CURRENT_FILE))! };
  }

  isComplete(code: string): Completeness {
    return magicCompleteness(code) ?? completeness(findMagics(code).masked);
  }

  /** Which kind of collection a name of a cell is, as its type says. */
  #collectionOf(module: CellModule, name: string): ProvidedType['collection'] | null {
    const { file, program } = this.#current(module);
    return collectionOf(program.getTypeChecker(), file, name);
  }

  /** Names whose rows are known more exactly than their type says get a declaration that says it. */
  #provide(module: CellModule, name: string, provided: readonly ProvidedType[], suffix = ''): void {
    // What only a look at a file has told may be told otherwise by a later one: the cell has read this one.
    this.#files.set(FILES_FILE, knownFilesText(new Map()));
    const { file, program } = this.#current(module);
    const own = new Set(module.declarations.map(declaration => declaration.name));
    const exact = provided.filter(
      type => own.has(type.name) && isLoose(program.getTypeChecker(), file, type.name),
    );
    this.#files.set(FILES_FILE, knownFilesText(this.#looks.files));
    if (exact.length === 0) return;
    const rowsName = `${name}-rows${suffix}`;
    const rows: ProvidedModule = providedDeclaration(exact, `./${rowsName}`);
    this.#files.set(`${rowsName}.ts`, rows.text);
    for (const known of rows.names) {
      const declaration = module.declarations.find(found => found.name === known.name)!;
      const text =
        declaration.kind === 'mutable'
          ? `declare let ${known.name}: typeof import('./${rowsName}').${known.name};`
          : known.text;
      this.#names.set(known.name, { name: known.name, text });
    }
  }

  /** What is wrong with a cell, and the cell as the current file; null where it cannot be parsed. */
  #check(module: CellModule): readonly [CellDiagnostic[], Current | null] {
    const end = module.code.length;
    const magic = module.magicErrors.map(error => ({ ...error, file: module.file }));
    const errors = syntaxErrors(module.file);
    const jsx = jsxErrors(module.file, errors);
    const syntactic = cellDiagnostics([...magic, ...(jsx.length > 0 ? jsx : errors)], end);
    if (syntactic.length > 0) return [syntactic, null];
    const current = this.#current(module);
    const { file, program } = current;
    const semantic = program.getSemanticDiagnostics(file);
    const checker = program.getTypeChecker();
    const columns = withColumnErrors(semantic, this.#service, file, checker);
    const operators = withOperatorErrors(columns, file, checker);
    return [cellDiagnostics(withLogicErrors(operators, file, checker), end), current];
  }

  /** Lets go of the modules of cells that no name leads to any more. */
  #sweep(): void {
    const named = [...this.#names.values(), ...this.#prepared.values()].map(({ text }) => text);
    const texts = [...named, ...this.#augmentations.imports];
    const kept = reachableModules(texts, module => this.#files.text(`${module}.ts`));
    for (const name of this.#files.names) {
      const module = /^(\.cell-\d+(?:-rows[^.]*)?)\.ts$/.exec(name)?.[1];
      if (module !== undefined && !kept.has(module)) this.#files.delete(name);
    }
  }

  #hints(module: CellModule, { file, program }: Current): CellDiagnostic[] {
    const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
    const skipped = new Set(module.magics.map(magic => lineOf(magic.start)));
    const checker = program.getTypeChecker();
    const untimed = eventTimeHints(file, checker, module.code.length, {
      variable: name => this.#collections.get(name)?.time,
      candidates: made =>
        this.#known(made)
          ?.fields.filter(({ type }) => type.kind === 'timestamp')
          .map(({ name }) => name) ?? [],
    });
    return [...cellHints(file, checker, module.code.length, skipped), ...untimed];
  }

  #module(code: string): CellModule {
    return cellModule(code, this.#names, this.#augmentations);
  }

  #program(): ts.Program {
    return this.#service.getProgram()!;
  }
}
