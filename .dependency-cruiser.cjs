// The map of ARCHITECTURE.md as rules. Type-only imports count.

// What each layer inside engine/src may import of the others.
const ENGINE = {
  columns: [],
  expr: ['columns'],
  functions: ['columns', 'expr'],
  windows: ['columns', 'expr'],
  plan: ['columns', 'expr', 'functions', 'windows'],
  physical: ['columns', 'expr', 'functions', 'windows', 'plan'],
  codegen: ['columns', 'expr', 'functions'],
  operators: ['columns', 'expr', 'functions', 'windows', 'codegen', 'physical'],
  views: ['columns'],
  sources: ['columns', 'codecs'],
  sinks: ['columns', 'codecs', 'sources'],
  codecs: ['columns'],
  runtime: ['columns', 'plan', 'physical', 'codegen', 'operators', 'sources', 'sinks', 'views'],
  sql: ['columns', 'expr', 'functions', 'windows', 'plan'],
  dsl: ['columns', 'expr', 'functions', 'windows', 'plan', 'sql', 'session'],
};

// What each package may import of the others.
const PACKAGES = {
  protocol: [],
  engine: ['protocol'],
  kernel: ['engine', 'protocol'],
  ui: ['protocol'],
  extension: ['ui', 'protocol'],
  notebooks: ['engine'],
  scripts: [],
};

const TESTS = '\\.test(-d)?\\.ts$';
const names = Object.keys(PACKAGES).concat('tests', 'bench');

const engineRules = Object.entries(ENGINE).map(([layer, allowed]) => ({
  name: `engine-${layer}`,
  severity: 'error',
  comment: `engine/src/${layer} may import: ${allowed.join(', ') || 'nothing else of the engine'} (ARCHITECTURE.md).`,
  from: { path: `^engine/src/${layer}/`, pathNot: TESTS },
  to: {
    path: '^engine/(src|dist)/',
    pathNot: [layer, ...allowed].map(name => `^engine/(src|dist)/${name}/`),
  },
}));

const packageRules = Object.entries(PACKAGES).flatMap(([name, allowed]) => {
  const rule = (what, from, also) => ({
    name: what,
    severity: 'error',
    comment: `${name}/ may import of ours: ${[...allowed, ...also].join(', ') || 'nothing'} (ARCHITECTURE.md).`,
    from,
    to: { path: `^(${names.filter(other => ![name, ...allowed, ...also].includes(other)).join('|')})/` },
  });
  return [
    rule(`package-${name}`, { path: `^${name}/`, pathNot: TESTS }, []),
    rule(`package-${name}-tests`, { path: `^${name}/.*${TESTS}` }, ['tests']),
  ];
});

module.exports = {
  forbidden: [
    ...engineRules,
    ...packageRules,
    {
      name: 'engine-core-runs-anywhere',
      severity: 'error',
      comment: 'A Node built-in, or a package that needs one, belongs in engine/src/node.',
      from: { path: '^engine/src/', pathNot: ['^engine/src/node/', TESTS] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-core-not-to-node',
      severity: 'error',
      from: { path: '^engine/src/', pathNot: ['^engine/src/node/', TESTS] },
      to: { path: '^engine/src/node/' },
    },
    {
      name: 'pages-have-no-node',
      severity: 'error',
      comment: 'What runs in a page has no Node built-ins.',
      from: { path: '^(ui|extension|protocol)/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Types may name each other (a tree of plan nodes does); values may not.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'sources-not-to-tests',
      severity: 'error',
      from: { path: '^[a-z]+/src/', pathNot: TESTS },
      to: { path: `^(tests|bench)/|${TESTS}` },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|lib)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['millrace-source', 'import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts', '.node'],
    },
  },
};
