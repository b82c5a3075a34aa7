import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { CellSources } from './cellSources.js';
import type { LocalModule, PreparedCell } from './contract.js';
import { packageImporter, type ImportOptions } from './importer.js';

type Namespace = Record<string, unknown>;

/** A file as it was loaded. */
interface Instance {
  readonly version: string;
  readonly module: vm.Module;
  /** Whether it has run to its end. */
  done: boolean;
  /** Settles when it has run, with what it imports. */
  ready: Promise<unknown>;
}

/**
 * The files of the notebook's own as they are loaded. A file that has changed since, or that imports one that has, is loaded
 * again by the next cell that imports it; values of the old one stay as they are.
 */
export class LocalModules {
  readonly #directory: string;
  readonly #sources: CellSources;
  readonly #known = new Map<string, LocalModule>();
  readonly #instances = new Map<string, Instance>();
  readonly #common = new Map<string, { readonly version: string; readonly module: { exports: unknown } }>();
  /** What imports of cells mean, by specifier. */
  readonly #fromCells = new Map<string, string>();

  constructor(directory: string, sources: CellSources) {
    this.#directory = directory;
    this.#sources = sources;
  }

  /** Takes the files that a cell about to run imports. */
  register({ modules, imports }: Pick<PreparedCell, 'modules' | 'imports'>): void {
    for (const module of modules) this.#known.set(module.path, module);
    for (const [specifier, path] of Object.entries(imports)) this.#fromCells.set(specifier, path);
  }

  /** The file that a cell's import means, loaded; null where it means none of the notebook's own. */
  fromCell(specifier: string): Promise<Namespace> | null {
    const path = this.#fromCells.get(specifier);
    return path === undefined ? null : this.#load(path);
  }

  /** Forgets files that have not run to their end: the cell that loads them was interrupted. */
  abandon(): void {
    for (const [path, { done }] of this.#instances) if (!done) this.#instances.delete(path);
  }

  async #load(path: string): Promise<Namespace> {
    const source = this.#known.get(path)!;
    if (source.kind !== 'esm') return namespaceOf(this.#value(source));
    const known = this.#current(path);
    const fresh = new Map<string, Instance>();
    const { module, ready } = known ?? this.#make(path, fresh);
    if (known === null) {
      const running = this.#run(module, fresh);
      running.catch(() => undefined);
      for (const each of fresh.values()) each.ready = running;
      await running;
    } else {
      await ready;
    }
    return module.namespace as Namespace;
  }

  async #run(module: vm.Module, fresh: Map<string, Instance>): Promise<void> {
    try {
      await module.link((specifier, referencing, { attributes }) =>
        this.#linked(specifier, referencing.identifier, fresh, attributes as Record<string, string>),
      );
      await module.evaluate();
      for (const instance of fresh.values()) instance.done = true;
    } catch (error) {
      // What has failed is tried again by the next cell.
      for (const [path, instance] of fresh)
        if (this.#instances.get(path) === instance) this.#instances.delete(path);
      throw error;
    }
  }

  #current(path: string): Instance | null {
    const instance = this.#instances.get(path);
    return instance !== undefined && instance.version === this.#known.get(path)?.version ? instance : null;
  }

  #make(path: string, fresh: Map<string, Instance>): Instance {
    const source = this.#known.get(path)!;
    const module = this.#module(source);
    const instance: Instance = { version: source.version, module, done: false, ready: Promise.resolve() };
    this.#instances.set(path, instance);
    fresh.set(path, instance);
    return instance;
  }

  #module(source: LocalModule): vm.Module {
    const { path, kind } = source;
    const identifier = this.#remember(source);
    if (kind !== 'esm') {
      return synthetic(namespaceOf(this.#value(source)), identifier);
    }
    return new vm.SourceTextModule(source.javascript, {
      identifier,
      initializeImportMeta: meta =>
        Object.assign(meta, { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) }),
      importModuleDynamically: ((specifier: string, _: unknown, attributes?: Record<string, string>) =>
        this.#import(specifier, path, attributes)) as unknown as (specifier: string) => Promise<vm.Module>,
    });
  }

  /** The name that V8 knows a file's version by. */
  #remember({ path, version, name, text, map }: LocalModule): string {
    const identifier = `${path}?${version}`;
    this.#sources.add(identifier, { filename: name, text, map });
    return identifier;
  }

  async #linked(
    specifier: string,
    identifier: string,
    fresh: Map<string, Instance>,
    attributes: Record<string, string>,
  ): Promise<vm.Module> {
    const from = identifier.slice(0, identifier.lastIndexOf('?'));
    const path = this.#known.get(from)?.imports[specifier];
    if (path === undefined) return synthetic(await this.#package(specifier, from, attributes), specifier);
    return (this.#current(path) ?? this.#make(path, fresh)).module;
  }

  #import(specifier: string, from: string, attributes?: Record<string, string>): Promise<Namespace> {
    const path = this.#known.get(from)?.imports[specifier];
    return path === undefined ? this.#package(specifier, from, attributes) : this.#load(path);
  }

  #package(specifier: string, from: string, attributes?: Record<string, string>): Promise<Namespace> {
    const isGiven = attributes !== undefined && Object.keys(attributes).length > 0;
    const options: ImportOptions | undefined = isGiven ? { with: attributes } : undefined;
    return packageImporter(from, this.#directory)(specifier, options);
  }

  /** The value of a file that is JSON or CommonJS: read or run once in each of its versions. */
  #value(source: LocalModule): unknown {
    const { path, version } = source;
    const known = this.#common.get(path);
    if (known?.version === version) return known.module.exports;
    if (source.kind === 'json') {
      const exports = readJson(path);
      this.#common.set(path, { version, module: { exports } });
      return exports;
    }
    const module = { exports: {} as unknown };
    this.#common.set(path, { version, module });
    this.#runCommon(source, module);
    return module.exports;
  }

  #runCommon(source: LocalModule, module: { exports: unknown }): void {
    const { path } = source;
    const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
    try {
      const run = vm.compileFunction(source.javascript, parameters, {
        filename: this.#remember(source),
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      }) as (...args: readonly unknown[]) => void;
      run.call(module.exports, module.exports, this.#requireIn(source), module, path, dirname(path));
    } catch (error) {
      this.#common.delete(path);
      throw error;
    }
  }

  #requireIn({ path, imports }: LocalModule): NodeJS.Require {
    const own = createRequire(path);
    const find = (specifier: string): unknown => {
      const local = this.#known.get(imports[specifier] ?? '');
      return local === undefined || local.kind === 'esm' ? (own(specifier) as unknown) : this.#value(local);
    };
    return Object.assign(find, own) as NodeJS.Require;
  }
}

/** A module whose exports are there already. */
function synthetic(namespace: Readonly<Namespace>, identifier: string): vm.Module {
  const names = Object.keys(namespace);
  return new vm.SyntheticModule(
    names,
    function () {
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { identifier },
  );
}

/** What a file whose value is one has as exports. */
function namespaceOf(value: unknown): Namespace {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null;
  return { ...(isObject ? value : {}), default: value };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8')) as unknown;
}
