import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

const typescript = {
  trivial: '1 + 1',
  declaration: index =>
    `const value${index} = { price: ${index}.5, size: ${index} };\nfunction total${index}(n: number): number { return n * value${index}.price; }`,
  lines: 'for (let i = 0; i < 20000; i++) console.log("line " + i);',
};

/** The kernels that are measured, by their command lines, and the cells that each runs. */
export const KERNELS = [
  {
    name: 'millrace',
    argv: [process.execPath, join(ROOT, 'kernel', 'dist', 'main.js'), '{connection_file}'],
    ...typescript,
    // What the names complete on has the types of vega-lite.
    types:
      "import type { TopLevelSpec } from 'vega-lite';\nconst spec = { mark: 'bar', data: { values: [] }, encoding: {} } as TopLevelSpec;",
    completions: ['spec.', 'spec.con', 'const s: TopLevelSpec = { ', 'console.', 'Math.', 'sp'],
    frames: {
      argv: [process.execPath, join(ROOT, 'bench', 'kernel', 'frameKernel.mjs'), '{connection_file}'],
    },
  },
  {
    name: 'tslab',
    argv: [
      process.execPath,
      join(dirname(require.resolve('tslab/package.json')), 'bin', 'tslab'),
      'kernel',
      '--config-path={connection_file}',
    ],
    ...typescript,
    // It finds no package that has `exports` alone, as vega-lite 6 has; and it has no comms.
    types: "const spec = { mark: 'bar', data: { values: [] }, encoding: {} };",
    completions: ['spec.', 'spec.da', 'console.', 'Math.', 'sp'],
  },
  {
    name: 'ipykernel',
    argv: [join(ROOT, '.venv', 'bin', 'python'), '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    trivial: '1 + 1',
    declaration: index =>
      `value${index} = {"price": ${index}.5, "size": ${index}}\ndef total${index}(n: int) -> float:\n    return n * value${index}["price"]`,
    lines: 'for i in range(20000): print(f"line {i}")',
    types: 'import json, math\nspec = {"mark": "bar", "data": {"values": []}, "encoding": {}}',
    completions: ['spec.', 'spec.it', 'json.', 'math.', 'sp'],
    frames: {
      cell: (bytes, hertz, seconds) => `
import time
from comm import create_comm
_comm = create_comm(target_name="millrace.bench")
_bytes = bytes(${bytes})
_next = time.monotonic_ns()
for _i in range(${hertz * seconds}):
    _next += ${Math.round(1e9 / hertz)}
    _left = _next - time.monotonic_ns()
    if _left > 0: time.sleep(_left / 1e9)
    _comm.send({"at": time.monotonic_ns()}, buffers=[_bytes])
`,
    },
  },
].filter(({ argv }) => existsSync(argv[0]));
