import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMissingPackage, missing, OWN_PACKAGE, packageImporter, type ImportOptions } from './importer.js';
import type { LocalModules } from './localModules.js';
import type { Magics } from './magics/index.js';
import type { Scope } from './scope.js';

/** What a cell's imports go through: `await $import('m')`, and the helpers that the rewritten cell calls. */
export interface Loader {
  (specifier: unknown, options?: ImportOptions): Promise<Record<string, unknown>>;
  /** Gives names of the scope their values from a module: pairs of name and export (`*` for all of them). */
  bind(module: Record<string, unknown>, ...pairs: readonly [name: string, exported: string][]): void;
  /** Keeps the value of a top-level `using`: it is disposed of when its name is declared again. */
  using(name: string, value: unknown): unknown;
  /** Magics of the notebook, see `Magics`. */
  readonly magic: Magics['run'];
  readonly time: Magics['time'];
  readonly timed: Magics['timed'];
  /** `import.meta` of a cell. */
  readonly meta: { readonly url: string; readonly dirname: string; readonly filename: string };
}

/** What the kernel has to do with the modules that cells load. */
export interface LoadHooks {
  /** Modules of the kernel's own by name. */
  readonly modules?: Readonly<Record<string, object>>;
  /** Told of every package that is loaded. */
  readonly loaded?: (name: string, module: object) => void;
}

/**
 * Makes the loader of a notebook's modules. Packages are found from the notebook's folder, then from the kernel.
 *
 * @param directory the notebook's folder, absolute
 */
export function createLoader(
  directory: string,
  scope: Scope,
  magics: Magics,
  local: LocalModules,
  hooks: LoadHooks = {},
): Loader {
  const filename = join(directory, 'notebook.mjs');
  const fromPackages = packageImporter(filename, directory);
  const kept = new Map<string, unknown>();

  const load = async (specifier: unknown, options?: ImportOptions): Promise<Record<string, unknown>> => {
    const name = String(specifier);
    const own = ownModule(name, hooks) ?? local.fromCell(name);
    if (own !== null) return own;
    const module = await fromPackages(name, options);
    hooks.loaded?.(name, module);
    return module;
  };

  const bind: Loader['bind'] = (module, ...pairs) => {
    for (const [name, exported] of pairs)
      scope[name] = exported === '*' ? module : exportOf(module, exported);
  };

  const using: Loader['using'] = (name, value) => {
    const before = kept.get(name);
    kept.set(name, value);
    dispose(before);
    return value;
  };

  const meta = { url: pathToFileURL(filename).href, dirname: directory, filename };
  const { run: magic, time, timed } = magics;
  return Object.assign(load, { bind, using, magic, time, timed, meta });
}

/** `require` as cells see it: from the notebook's folder, then from the kernel. */
export function createCellRequire(directory: string, hooks: LoadHooks = {}): NodeJS.Require {
  const fromNotebook = createRequire(join(directory, 'notebook.cjs'));
  const fromKernel = createRequire(import.meta.url);
  const find = (name: string): unknown => {
    if (OWN_PACKAGE.test(name)) return fromKernel(name);
    try {
      return fromNotebook(name);
    } catch (error) {
      if (!isMissingPackage(error, name)) throw error;
      try {
        return fromKernel(name);
      } catch {
        throw missing(name, directory, error);
      }
    }
  };
  const load = (name: string): unknown => {
    const own = ownModule(name, hooks);
    if (own !== null) return own;
    const module = find(name);
    if (typeof module === 'object' && module !== null) hooks.loaded?.(name, module);
    return module;
  };
  return Object.assign(load, fromNotebook) as NodeJS.Require;
}

/** A module of the kernel's own. */
function ownModule(name: string, { modules = {} }: LoadHooks): Record<string, unknown> | null {
  return Object.hasOwn(modules, name) ? (modules[name] as Record<string, unknown>) : null;
}

/** A named export; what a CommonJS module sets at run time is found on its default export. */
function exportOf(module: Record<string, unknown>, name: string): unknown {
  if (name in module) return module[name];
  if (name === 'default') return module;
  const fallback = module['default'];
  const isObject = (typeof fallback === 'object' && fallback !== null) || typeof fallback === 'function';
  if (isObject && name in fallback) return (fallback as Record<string, unknown>)[name];
  throw new SyntaxError(`The module has no export named '${name}'.`);
}

function dispose(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const { dispose, asyncDispose } = Symbol as { dispose?: symbol; asyncDispose?: symbol };
  for (const symbol of [dispose, asyncDispose]) {
    const method = symbol === undefined ? undefined : (value as Record<symbol, unknown>)[symbol];
    if (typeof method === 'function') return void (method as () => unknown).call(value);
  }
}
