// Type checking has to stay quick for wide tables, since the language service does it at each keystroke. A program over a schema of
// 200 columns is compiled, and the compiler's count of type instantiations is held to a budget: a count does not depend on the machine.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const COLUMNS = 200;
/** What the program below may take beyond the same imports without it; about a third above what it takes. */
const BUDGET = 50_000;

const TYPES = ["timestamp('us')", 'string', 'float64', 'int64.nullable()', 'boolean', 'date'];
const columns = Array.from({ length: COLUMNS }, (_, at) => `c${at}: ${TYPES[at % TYPES.length]}`);

const IMPORTS = `import { avg, boolean, coalesce, count, date, expr, first, float64, int64, last, max, replay, schema, string, sum,
  timestamp, tumble, vwap, when } from 'millrace';
`;
const PROGRAM = `${IMPORTS}
const Wide = schema({ ${columns.join(', ')} });
const rows = replay('wide.parquet', { schema: Wide, time: 'c0' });
const shaped = rows
  .where(t => t.c2.gt(1).and(t.c1.startsWith('A'), t.c3.isNotNull()))
  .derive(t => ({ a: t.c2.mul(t.c3).add(1), b: when(t.c4).then('x').otherwise(t.c1), c: coalesce(t.c9, 0) }))
  .where(t => t.a.gt(0).or(t.b.eq('x')))
  .derive(t => ({ d: t.a.div(t.c), e: t.c0.inZone('Europe/Berlin').hour(), f: expr<number>\`c2 / c8\` }))
  .rename({ c1: 'symbol' })
  .drop('c7', 'c13')
  .derive(t => ({ g: t.d.round(2), h: t.symbol.upper() }));
const some = shaped.select('c0', 'symbol', 'c2', 'c3', 'a', 'd', 'g', 'h');
const bars = some
  .window(tumble('1 min'))
  .groupBy('symbol')
  .aggregate(t => ({ open: first(t.c2), close: last(t.c2), high: max(t.c2), n: count(), v: sum(t.c3), w: vwap(t.c2, t.c3) }));
const groups = shaped.groupBy('symbol', 'c4').aggregate(t => ({ m: avg(t.a), n: count({ where: t.c2.gt(0) }) }));
export const read = async () => [await bars.final().rows(), await groups.rows(), await shaped.head(3)] as const;
export const line = bars.line({ x: 'windowStart', y: 'close', color: 'symbol' });
`;

/** The instantiations that a program takes, and its errors. */
function compile(text) {
  const file = join(ROOT, 'tests', 'types', 'wide.ts');
  const options = {
    ...ts.convertCompilerOptionsFromJson(
      ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile).config.compilerOptions,
      ROOT,
    ).options,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
    noEmit: true,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    noUnusedLocals: false,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023)
      : getSourceFile.call(host, name, ...rest);
  host.fileExists = name => name === file || fileExists.call(host, name);
  host.readFile = name => (name === file ? text : readFile.call(host, name));
  const program = ts.createProgram([file], options, host);
  // Only the program's own file: what the libraries' files take is not ours.
  const source = program.getSourceFile(file);
  const errors = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return { count: program.getInstantiationCount(), errors };
}

const { count, errors } = compile(PROGRAM);
const taken = count - compile(IMPORTS).count;
if (errors.length > 0) {
  console.error(
    ts.formatDiagnostics(errors, {
      getCanonicalFileName: name => name,
      getCurrentDirectory: () => ROOT,
      getNewLine: () => '\n',
    }),
  );
  process.exitCode = 1;
}
console.log(`A schema of ${COLUMNS} columns takes ${taken} type instantiations of ${BUDGET}.`);
if (taken > BUDGET) {
  console.error('That is over the budget: look for a conditional type that is taken for every column.');
  process.exitCode = 1;
}
