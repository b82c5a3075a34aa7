import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/** One text of many modules, and the files that it was made of. */
export interface Bundle {
  readonly text: string;
  readonly files: readonly string[];
}

/**
 * Makes one script of a module of this package and all that it imports, which is what Node can make a snapshot of. ES modules are
 * compiled to CommonJS; what is CommonJS is taken as it is, and must be one file, as TypeScript is.
 *
 * @param entry the compiled module, absolute
 * @throws where a module imports what is not there
 */
export function bundleForSnapshot(entry: string): Bundle {
  const modules = new Map<string, string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (modules.has(path)) continue;
    const text = readFileSync(path, 'utf8');
    const found = isModule(path) ? compiled(text, path) : { text, imports: {} };
    const names = JSON.stringify(found.imports);
    modules.set(
      path,
      `[${names}, function (exports, require, module, __filename, __dirname) {${found.text}\n}]`,
    );
    waiting.push(...Object.values(found.imports));
  }
  const table = [...modules].map(([path, text]) => `${JSON.stringify(path)}: ${text}`).join(',\n');
  return { text: `${LOADER}({${table}}, ${JSON.stringify(entry)});\n`, files: [...modules.keys()] };
}

/** Whether a file is an ES module: its package says so. */
function isModule(path: string): boolean {
  if (/\.[cm]js$/.test(path)) return path.endsWith('.mjs');
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file))
      return (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type === 'module';
    if (folder === dirname(folder)) return false;
  }
}

/** An ES module as CommonJS, and where its imports lead. */
function compiled(text: string, path: string): { text: string; imports: Readonly<Record<string, string>> } {
  const imports: Record<string, string> = {};
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    if (isBuiltin(fileName)) continue;
    imports[fileName] = fileName.startsWith('.')
      ? resolve(dirname(path), fileName)
      : createRequire(path).resolve(fileName);
  }
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    allowJs: true,
  };
  const url = 'require("node:url").pathToFileURL(__filename).href';
  const { outputText } = ts.transpileModule(text.replaceAll('import.meta.url', url), {
    compilerOptions,
    fileName: path,
  });
  return { text: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), imports };
}

/** Node gives a script of a snapshot a `require` for its own modules alone. */
const LOADER = `(function (modules, entry) {
  const loaded = new Map();
  const load = path => {
    if (loaded.has(path)) return loaded.get(path).exports;
    const [imports, run] = modules[path];
    const module = { exports: {} };
    loaded.set(path, module);
    const find = name => (Object.hasOwn(imports, name) ? load(imports[name]) : require(name));
    run.call(module.exports, module.exports, find, module, path, path.replace(/[\\\\/][^\\\\/]*$/, ''));
    return module.exports;
  };
  load(entry);
})`;
