import { join } from 'node:path';
import vm from 'node:vm';
import type { PreparedCell } from './contract.js';
import { CellSources, type CellPlace } from './cellSources.js';
import { cellOf, describeError, hideOwnFrames } from './errors.js';
import type { Evaluator, EvaluatorHooks } from './evaluator.js';
import { createCellRequire, createLoader, type Loader } from './load.js';
import { createMagics } from './magics/index.js';
import { LocalModules } from './localModules.js';
import { providedTypes } from './provide.js';
import { createScope, type Scope } from './scope.js';
import { provideTemporal } from './temporal.js';

export type { Evaluator, EvaluatorHooks } from './evaluator.js';

type CellFunction = (scope: Scope, load: Loader) => Promise<unknown>;

/** Makes the evaluator of a notebook. It sets global names (`require`, and those of the hooks), so one is made per process. */
export function createEvaluator(hooks: EvaluatorHooks): Evaluator {
  const scope = createScope();
  const magics = createMagics({ directory: hooks.directory, scope, display: hooks.display, env: hooks.env });
  const sources = new CellSources();
  const local = new LocalModules(hooks.directory, sources);
  const load = createLoader(hooks.directory, scope, magics, local, hooks);
  hideOwnFrames(sources);
  provideTemporal();
  const globals = {
    require: createCellRequire(hooks.directory, hooks),
    __dirname: hooks.directory,
    ...hooks.globals,
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }

  /** What the names of the running cell were before it: a failed cell has given a value to those that differ. */
  let before: Scope = {};

  const evaluate = async (cell: PreparedCell): Promise<unknown> => {
    // An absolute name in the notebook's folder: what code of the cell imports by itself is found from there.
    const filename = join(hooks.directory, cell.filename);
    sources.add(filename, { filename: cell.filename, text: sourceText(cell), map: cell.map });
    local.register(cell);
    const script = new vm.Script(`(${cell.javascript})`, {
      filename,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    before = Object.fromEntries(cell.declares.filter(name => name in scope).map(name => [name, scope[name]]));
    const run = script.runInThisContext() as CellFunction;
    return await run(scope, load);
  };

  return {
    evaluate,
    scope,
    provided: cell => providedTypes(cell, scope, hooks.link),
    assigned: cell =>
      cell.declares.filter(
        name => name in scope && !(Object.hasOwn(before, name) && Object.is(before[name], scope[name])),
      ),
    describeError: (error, shown) => describeError(error, sources, shown && resultPlace(shown)),
    cellOf,
    abandon() {
      magics.abandon();
      local.abandon();
    },
  };
}

/** Where a cell's result is made. */
function resultPlace(cell: PreparedCell): CellPlace | null {
  if (cell.result === null) return null;
  const sourceLine = sourceText(cell).split(/\r?\n/)[cell.result.line - 1] ?? '';
  return { cell: cell.filename, ...cell.result, sourceLine };
}

/** The cell's text, which its map holds. */
function sourceText(cell: PreparedCell): string {
  return (JSON.parse(cell.map) as { sourcesContent: readonly (string | null)[] }).sourcesContent[0] ?? '';
}
