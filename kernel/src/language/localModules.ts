import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import type { CellDiagnostic, LocalModule } from '../runner/contract.js';
import { fileDiagnostics } from './diagnostics.js';
import { OWN } from './expressionLogic.js';
import type { CellFiles } from './host.js';
import { importSpecifiers } from './specifiers.js';

/** Files that a cell may import, those that they import counted. */
const MOST_FILES = 1000;

/** The files of the notebook's own that a cell imports, found and not yet compiled. */
interface LocalFile {
  readonly path: string;
  readonly text: string;
  readonly imports: Readonly<Record<string, string>>;
}

/** The files behind a cell, by path. */
type LocalFiles = ReadonlyMap<string, LocalFile>;

/** What a cell needs to import files of the notebook's own. */
export interface LocalImports {
  readonly modules: readonly LocalModule[];
  readonly imports: Readonly<Record<string, string>>;
}

/** Files of the notebook's own that cells import: found, checked, and compiled when they or what they import have changed. */
export class LocalModules {
  readonly #files: CellFiles;
  readonly #service: ts.LanguageService;
  /** Compiled files by path, each of the newest version only. */
  readonly #compiled = new Map<string, LocalModule>();
  #roots: Readonly<Record<string, string>> = {};

  constructor(files: CellFiles, service: ts.LanguageService) {
    this.#files = files;
    this.#service = service;
  }

  /** A file that is gone may be another one now: what was found before is looked for again. */
  lookAgain(): void {
    const gone = [...this.#compiled.keys()].filter(path => !existsSync(path));
    for (const path of gone) this.#compiled.delete(path);
    if (gone.length > 0) this.#files.refresh();
  }

  /** The files that a cell imports, and those that these import. */
  collect(cell: ts.SourceFile, cellPath: string): LocalFiles {
    const found = new Map<string, LocalFile>();
    this.#roots = this.#resolved(cell, cellPath);
    const waiting = Object.values(this.#roots);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (found.has(path) || found.size >= MOST_FILES) continue;
      const text = isJson(path) ? '' : (this.#files.readFile(path) ?? '');
      const imports = isJson(path) ? {} : this.#importsOf(text, path);
      found.set(path, { path, text, imports });
      waiting.push(...Object.values(imports));
    }
    return found;
  }

  /** What is wrong with the files. */
  check(files: LocalFiles): CellDiagnostic[] {
    return [...files.values()].flatMap(({ path }) => {
      const file = isJson(path) ? undefined : this.#program().getSourceFile(path);
      if (file === undefined) return [];
      const syntactic = this.#service.getSyntacticDiagnostics(path);
      const found = syntactic.length > 0 ? syntactic : this.#service.getSemanticDiagnostics(path);
      const errors = fileDiagnostics([...found, ...tooMany(files, file)], this.#name(path));
      // JavaScript is run as it is: only what keeps it from running is an error.
      return isScript(path) && syntactic.length === 0 ? [] : errors;
    });
  }

  /** The files, compiled. */
  emit(files: LocalFiles): LocalImports {
    const modules = [...files.values()].map(file => {
      const version = this.#version(file.path, files);
      const known = this.#compiled.get(file.path);
      if (known?.version === version) return known;
      const made = this.#compile(file, version);
      this.#compiled.set(file.path, made);
      return made;
    });
    return { modules, imports: this.#roots };
  }

  #compile({ path, text, imports }: LocalFile, version: string): LocalModule {
    const common = { path, name: this.#name(path), version, text, imports };
    if (isJson(path)) return { ...common, kind: 'json', javascript: '', map: null };
    const kind = isCommonJs(path, text) ? 'commonjs' : 'esm';
    if (isScript(path)) return { ...common, kind, javascript: text, map: null };
    let javascript = '';
    let map: string | null = null;
    if (kind === 'commonjs') {
      const compilerOptions = { ...this.#files.getCompilationSettings(), module: ts.ModuleKind.CommonJS };
      const made = ts.transpileModule(text, { compilerOptions, fileName: path });
      javascript = made.outputText;
      map = made.sourceMapText ?? null;
    } else {
      const program = this.#program();
      program.emit(program.getSourceFile(path), (name, written) => {
        if (name.endsWith('.map')) map = written;
        else javascript = written;
      });
    }
    javascript = javascript.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '');
    return { ...common, kind, javascript, map };
  }

  /** A hash of a file and all that it imports. */
  #version(path: string, files: LocalFiles): string {
    const reached = new Set<string>([path]);
    for (const each of reached)
      for (const next of Object.values(files.get(each)?.imports ?? {})) reached.add(next);
    const hash = createHash('sha256');
    for (const each of [...reached].sort()) {
      const text = isJson(each) ? this.#files.getScriptVersion(each) : (files.get(each)?.text ?? '');
      hash.update(`${each}\0${text.length}\0${text}\0`);
    }
    return hash.digest('hex').slice(0, 16);
  }

  #importsOf(text: string, path: string): Record<string, string> {
    const known = this.#program().getSourceFile(path);
    const file = known?.text === text ? known : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
    return this.#resolved(file, path);
  }

  #resolved(file: ts.SourceFile, path: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const specifier of importSpecifiers(file)) {
      const resolved = this.#files.resolveLocal(specifier, path);
      const runs = resolved === null ? null : runnable(resolved);
      if (runs !== null) found[specifier] = runs;
    }
    return found;
  }

  #name(path: string): string {
    return relative(this.#files.directory, path);
  }

  #program(): ts.Program {
    return this.#service.getProgram()!;
  }
}

function tooMany(files: LocalFiles, file: ts.SourceFile): ts.Diagnostic[] {
  if (files.size < MOST_FILES) return [];
  const messageText = `A cell may import ${MOST_FILES} files, those that they import counted. Make a package of them.`;
  const category = ts.DiagnosticCategory.Error;
  return [{ file, start: 0, length: 0, category, code: 4128, source: OWN, messageText }];
}

/** The file that runs where a declaration file was found: the one that it describes. */
function runnable(path: string): string | null {
  const described = /^(.*)\.d\.([cm]?)ts$/.exec(path);
  if (described === null) return path;
  const script = `${described[1]}.${described[2]}js`;
  return existsSync(script) ? script : null;
}

function isJson(path: string): boolean {
  return path.endsWith('.json');
}

function isScript(path: string): boolean {
  return /\.[cm]?js$/.test(path);
}

function isCommonJs(path: string, text: string): boolean {
  if (/\.c[jt]s$/.test(path)) return true;
  if (!path.endsWith('.js')) return false;
  const isModule = /^\s*(import|export)\b/m.test(text);
  return !isModule && /\b(module\.exports|exports\.[\w$]+\s*=|require\s*\()/.test(text);
}
