import ts from 'typescript';
import type { CellDiagnostic, ProvidedType } from '../runner/contract.js';
import type { CellSource, Completeness, Completion, Language, Prepared } from './api.js';
import { completions } from './complete.js';
import { completeness } from './completeness.js';
import { cellDiagnostics } from './diagnostics.js';
import { emitCell } from './emit.js';
import { logicOnExpressions } from './expressionLogic.js';
import { GLOBALS_FILE, GLOBALS_TEXT } from './globals.js';
import { cellHints } from './hints.js';
import { CellFiles } from './host.js';
import { inspection } from './inspect.js';
import { jsxErrors } from './jsx.js';
import { LocalModules } from './localModules.js';
import { magicCompleteness, magicCompletions, magicInspection } from './magicHelp.js';
import { findMagics } from './magics.js';
import { cellModule, type CellModule } from './module.js';
import { knownName, type KnownName } from './names.js';
import { reachableModules } from './reachable.js';
import { keepingRegistry } from './registry.js';
import { syntaxErrors } from './parse.js';
import { isLoose, providedDeclaration, type ProvidedModule } from './provided.js';

/** The file of the cell that is being checked: always the same one, so that the program around it is kept. */
const CURRENT_FILE = '.cell.ts';

/** Modules of cells that nothing names any more are looked for after so many cells. */
const SWEEP_EVERY = 64;

/** The language service over a notebook's cells, in the calling thread. See `Language` for what its methods do. */
export class LanguageService {
  readonly #files: CellFiles;
  readonly #service: ts.LanguageService;
  readonly #local: LocalModules;
  readonly #names = new Map<string, KnownName>();
  readonly #prepared = new Map<string, CellModule>();
  #modules = 0;
  /** Whether the last cell asked for a module that was not there. */
  #isMissingModule = false;

  /**
   * @param directory the notebook's folder, absolute
   * @param registry parsed files, which may be there already
   */
  constructor(directory: string, registry = keepingRegistry()) {
    this.#files = new CellFiles(directory, [CURRENT_FILE, GLOBALS_FILE]);
    this.#files.set(GLOBALS_FILE, GLOBALS_TEXT);
    this.#files.set(CURRENT_FILE, 'export {};\n');
    this.#service = ts.createLanguageService(this.#files, registry);
    this.#local = new LocalModules(this.#files, this.#service);
  }

  /** Loads the types that a cell needs: about two seconds of work for those of Node and of `millrace` where they are not there already. */
  warmUp(code = "import * as m from 'millrace';\nconsole.log(m);"): void {
    this.#check(cellModule(code, this.#names));
  }

  prepare(source: CellSource): Prepared {
    const module = cellModule(source.code, this.#names);
    if (this.#isMissingModule) this.#files.refresh();
    this.#local.lookAgain();
    const found = this.#check(module);
    const path = this.#files.path(CURRENT_FILE);
    const local = this.#local.collect(module.file, path);
    const diagnostics = [...this.#local.check(local), ...found];
    this.#isMissingModule = diagnostics.some(each => each.code === 'TS2307');
    if (diagnostics.some(each => each.severity === 'error')) return { cell: null, diagnostics };
    this.#prepared.set(source.cellId, module);
    const emitted = this.#local.emit(local);
    diagnostics.push(...this.#hints(module));
    return { cell: emitCell(this.#program(), path, module, source, emitted), diagnostics };
  }

  commit(cellId: string, provided: readonly ProvidedType[], assigned: readonly string[] | null = null): void {
    const module = this.#prepared.get(cellId);
    if (module === undefined) return;
    this.#prepared.delete(cellId);
    if (module.magics.some(magic => magic.definition.name === 'install')) this.#files.refresh(true);
    const name = `.cell-${++this.#modules}`;
    this.#files.set(`${name}.ts`, module.text);
    for (const declaration of module.declarations) {
      const hasValue = declaration.kind !== 'type' && !declaration.ambient;
      if (hasValue && assigned !== null && !assigned.includes(declaration.name)) continue;
      this.#names.set(declaration.name, knownName(declaration, module.file, `./${name}`));
    }
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
    this.#prepared.clear();
    this.#sweep();
  }

  complete(code: string, cursor: number): Completion {
    const magic = magicCompletions(code, cursor);
    if (magic !== null) return magic;
    const module = cellModule(code, this.#names);
    this.#files.set(CURRENT_FILE, module.text);
    return completions(this.#service, this.#files.path(CURRENT_FILE), code, cursor, [
      ...this.#names.values(),
    ]);
  }

  inspect(code: string, cursor: number, detail: 0 | 1): Awaited<ReturnType<Language['inspect']>> {
    const magic = magicInspection(code, cursor);
    if (magic !== null) return magic;
    const module = cellModule(code, this.#names);
    this.#files.set(CURRENT_FILE, module.text);
    return inspection(this.#service, this.#files.path(CURRENT_FILE), code, cursor, detail);
  }

  isComplete(code: string): Completeness {
    return magicCompleteness(code) ?? completeness(findMagics(code).masked);
  }

  /** Names whose rows are known more exactly than their type says get a declaration that says it. */
  #provide(module: CellModule, name: string, provided: readonly ProvidedType[]): void {
    this.#files.set(CURRENT_FILE, module.text);
    const program = this.#program();
    const file = program.getSourceFile(this.#files.path(CURRENT_FILE))!;
    const own = new Set(module.declarations.map(declaration => declaration.name));
    const exact = provided.filter(
      type => own.has(type.name) && isLoose(program.getTypeChecker(), file, type.name),
    );
    if (exact.length === 0) return;
    const rows: ProvidedModule = providedDeclaration(exact, `./${name}-rows`);
    this.#files.set(`${name}-rows.ts`, rows.text);
    for (const known of rows.names) {
      const declaration = module.declarations.find(found => found.name === known.name)!;
      const text =
        declaration.kind === 'mutable'
          ? `declare let ${known.name}: typeof import('./${name}-rows').${known.name};`
          : known.text;
      this.#names.set(known.name, { name: known.name, text });
    }
  }

  #check(module: CellModule): CellDiagnostic[] {
    const end = module.code.length;
    const magic = module.magicErrors.map(error => ({ ...error, file: module.file }));
    const errors = syntaxErrors(module.file);
    const jsx = jsxErrors(module.file, errors);
    const syntactic = cellDiagnostics([...magic, ...(jsx.length > 0 ? jsx : errors)], end);
    if (syntactic.length > 0) return syntactic;
    this.#files.set(CURRENT_FILE, module.text);
    const path = this.#files.path(CURRENT_FILE);
    const semantic = this.#service.getSemanticDiagnostics(path);
    const program = this.#program();
    const logic = logicOnExpressions(program.getSourceFile(path)!, program.getTypeChecker());
    return cellDiagnostics([...semantic, ...logic], end);
  }

  /** Lets go of the modules of cells that no name leads to any more. */
  #sweep(): void {
    const texts = [...this.#names.values(), ...this.#prepared.values()].map(({ text }) => text);
    const kept = reachableModules(texts, module => this.#files.text(`${module}.ts`));
    for (const name of this.#files.names) {
      const module = /^(\.cell-\d+(?:-rows)?)\.ts$/.exec(name)?.[1];
      if (module !== undefined && !kept.has(module)) this.#files.delete(name);
    }
  }

  #hints(module: CellModule): CellDiagnostic[] {
    const program = this.#program();
    const file = program.getSourceFile(this.#files.path(CURRENT_FILE))!;
    const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
    const skipped = new Set(module.magics.map(magic => lineOf(magic.start)));
    return cellHints(file, program.getTypeChecker(), module.code.length, skipped);
  }

  #program(): ts.Program {
    return this.#service.getProgram()!;
  }
}
