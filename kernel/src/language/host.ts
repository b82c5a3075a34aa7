import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { DiskFiles } from './diskFiles.js';
import { joinedTypes } from './joinedTypes.js';
import { joinedLibrary, type Library } from './library.js';
import { COMPILER_OPTIONS } from './options.js';

/** Where the kernel's own packages are found from. */
const KERNEL_FILE = fileURLToPath(import.meta.url);

/** A kernel that runs from its sources has its packages' types from their sources too. */
const CONDITIONS = KERNEL_FILE.endsWith('.ts') ? ['millrace-source', 'node'] : ['node'];

/** Read once, and by snapshots of the process. */
let library: Library | null = null;

/** Packages whose types are always the kernel's own, as their code is at run time. */
const OWN_PACKAGE = /^(millrace|@millrace\/[^/]+)(\/|$)/;

/**
 * Files for the language service: the modules that cells are, which never exist on disk, and everything else from disk.
 * Packages that the notebook's folder does not have are found from the kernel.
 */
export class CellFiles implements ts.LanguageServiceHost {
  readonly #files = new Map<string, { readonly text: string; readonly version: number }>();
  readonly #roots: readonly string[];
  readonly #disk = new DiskFiles();
  readonly #settings: ts.CompilerOptions;
  readonly #resolutions: ts.ModuleResolutionCache;
  readonly #typeResolutions: ts.TypeReferenceDirectiveResolutionCache;
  readonly #library = (library ??= joinedLibrary());
  readonly #librarySnapshot = ts.ScriptSnapshot.fromString(this.#library.text);
  readonly #joined: ReadonlyMap<string, string>;
  #version = 0;

  /**
   * @param directory the notebook's folder
   * @param roots names, in the folder, of the files that are always part of the program
   */
  constructor(
    readonly directory: string,
    roots: readonly string[],
  ) {
    this.#roots = roots.map(name => this.path(name));
    const nodeTypes = ts.resolveModuleName('@types/node/package.json', KERNEL_FILE, COMPILER_OPTIONS, ts.sys);
    const found = nodeTypes.resolvedModule?.resolvedFileName;
    const typeRoots = found === undefined ? [] : [dirname(dirname(found))];
    this.#settings = { ...COMPILER_OPTIONS, customConditions: CONDITIONS, typeRoots };
    const engine = ts.resolveModuleName('millrace/session', KERNEL_FILE, this.#settings, ts.sys);
    this.#joined = joinedTypes(join(engine.resolvedModule?.resolvedFileName ?? '', '..', '..'));
    const canonical = (name: string): string => name;
    this.#resolutions = ts.createModuleResolutionCache(directory, canonical, this.#settings);
    const packages = this.#resolutions.getPackageJsonInfoCache();
    this.#typeResolutions = ts.createTypeReferenceDirectiveResolutionCache(
      directory,
      canonical,
      this.#settings,
      packages,
    );
  }

  /** The full name of a virtual file. */
  path(name: string): string {
    return join(this.directory, name);
  }

  /** Gives a virtual file its text; the same text again changes nothing. */
  set(name: string, text: string): void {
    if (this.#files.get(this.path(name))?.text === text) return;
    this.#files.set(this.path(name), { text, version: ++this.#version });
  }

  /** The names of the virtual files. */
  get names(): string[] {
    return [...this.#files.keys()].map(path => basename(path));
  }

  /** Whether a file of the program is none of the virtual ones. */
  isOnDisk(path: string): boolean {
    return !this.#files.has(path) && path !== this.#library.path;
  }

  /** The text of a virtual file. */
  text(name: string): string | undefined {
    return this.#files.get(this.path(name))?.text;
  }

  delete(name: string): void {
    this.#files.delete(this.path(name));
    this.#version++;
  }

  /**
   * Looks again for what was not found: a package may have been installed since.
   *
   * @param changed packages that were there may be of another version now
   */
  refresh(changed = false): void {
    this.#disk.refresh(changed ? this.directory : null);
    this.#resolutions.clear();
    this.#typeResolutions.clear();
    for (const [path, { text }] of this.#files) this.#files.set(path, { text, version: ++this.#version });
  }

  /** The file that a relative import means; null for one that is not there, or that is a package's. */
  resolveLocal(specifier: string, containingFile: string): string | null {
    if (!/^(\.{1,2}(\/|$)|\/)/.test(specifier)) return null;
    const { resolvedModule } = ts.resolveModuleName(
      specifier,
      containingFile,
      this.#settings,
      this,
      this.#resolutions,
    );
    return resolvedModule === undefined || resolvedModule.isExternalLibraryImport === true
      ? null
      : resolvedModule.resolvedFileName;
  }

  // The same object every time: TypeScript compares settings by identity first.
  getCompilationSettings = (): ts.CompilerOptions => this.#settings;
  getScriptFileNames = (): string[] => [...this.#roots];
  getScriptVersion = (file: string): string =>
    file === this.#library.path
      ? 'library'
      : String(this.#files.get(file)?.version ?? this.#disk.version(file));
  getCurrentDirectory = (): string => this.directory;
  /** TypeScript asks for each file of its library that is named. */
  resolveLibrary = (
    _library: string,
    _from: string,
    _options: ts.CompilerOptions,
    file: string,
  ): ts.ResolvedModuleWithFailedLookupLocations => {
    const { path, parts } = this.#library;
    const found = { resolvedFileName: path, extension: ts.Extension.Dts, isExternalLibraryImport: false };
    return { resolvedModule: parts.has(file) ? found : undefined };
  };
  getDefaultLibFileName = (options: ts.CompilerOptions): string => ts.getDefaultLibFilePath(options);
  getModuleResolutionCache = (): ts.ModuleResolutionCache => this.#resolutions;
  fileExists = (file: string): boolean =>
    this.#files.has(file) || file === this.#library.path || this.#disk.exists(file);
  readFile = (file: string, encoding?: string): string | undefined =>
    this.#files.get(file)?.text ?? ts.sys.readFile(file, encoding);
  readDirectory = ts.sys.readDirectory;
  directoryExists = ts.sys.directoryExists;
  getDirectories = ts.sys.getDirectories;
  realpath = ts.sys.realpath;
  useCaseSensitiveFileNames = (): boolean => ts.sys.useCaseSensitiveFileNames;

  getScriptSnapshot(file: string): ts.IScriptSnapshot | undefined {
    const own = this.#files.get(file);
    if (file === this.#library.path) return this.#librarySnapshot;
    return own === undefined ? this.#disk.snapshot(file) : ts.ScriptSnapshot.fromString(own.text);
  }

  resolveTypeReferenceDirectiveReferences<Reference extends ts.FileReference | string>(
    references: readonly Reference[],
    containingFile: string,
    redirect: ts.ResolvedProjectReference | undefined,
    options: ts.CompilerOptions,
    containing: ts.SourceFile | undefined,
  ): readonly ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations[] {
    return references.map(reference => {
      const name = typeof reference === 'string' ? reference : reference.fileName;
      const mode =
        typeof reference === 'string'
          ? undefined
          : (reference.resolutionMode ?? containing?.impliedNodeFormat);
      return ts.resolveTypeReferenceDirective(
        name,
        containingFile,
        options,
        this,
        redirect,
        this.#typeResolutions,
        mode,
      );
    });
  }

  resolveModuleNameLiterals(
    literals: readonly ts.StringLiteralLike[],
    containingFile: string,
    _redirect: ts.ResolvedProjectReference | undefined,
    options: ts.CompilerOptions,
    sourceFile: ts.SourceFile,
  ): readonly ts.ResolvedModuleWithFailedLookupLocations[] {
    return literals.map(literal => {
      const mode = ts.getModeForUsageLocation(sourceFile, literal, options);
      const resolve = (from: string): ts.ResolvedModuleWithFailedLookupLocations =>
        this.#joinedOf(
          ts.resolveModuleName(literal.text, from, options, this, this.#resolutions, undefined, mode),
        );
      const fromKernel = (): ts.ResolvedModuleWithFailedLookupLocations => resolve(KERNEL_FILE);
      if (OWN_PACKAGE.test(literal.text) && dirname(containingFile) === this.directory) return fromKernel();
      const found = resolve(containingFile);
      const isPackage = !/^[./#]/.test(literal.text);
      return found.resolvedModule === undefined && isPackage ? fromKernel() : found;
    });
  }

  /** What was found, or what was put together of it. */
  #joinedOf(found: ts.ResolvedModuleWithFailedLookupLocations): ts.ResolvedModuleWithFailedLookupLocations {
    const { resolvedModule } = found;
    const joined = this.#joined.get(resolvedModule?.resolvedFileName ?? '');
    return joined === undefined || resolvedModule === undefined
      ? found
      : { ...found, resolvedModule: { ...resolvedModule, resolvedFileName: joined } };
  }
}
