import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

/** The kernels that are measured, by their command lines, and the cells that each runs. */
export const KERNELS = [
  {
    name: 'millrace',
    argv: [process.execPath, join(ROOT, 'kernel', 'dist', 'main.js'), '{connection_file}'],
    trivial: '1 + 1',
    declaration: index =>
      `const value${index} = { price: ${index}.5, size: ${index} };\nfunction total${index}(n: number): number { return n * value${index}.price; }`,
  },
  {
    name: 'tslab',
    argv: [
      process.execPath,
      join(dirname(require.resolve('tslab/package.json')), 'bin', 'tslab'),
      'kernel',
      '--config-path={connection_file}',
    ],
    trivial: '1 + 1',
    declaration: index =>
      `const value${index} = { price: ${index}.5, size: ${index} };\nfunction total${index}(n: number): number { return n * value${index}.price; }`,
  },
  {
    name: 'ipykernel',
    argv: [join(ROOT, '.venv', 'bin', 'python'), '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    trivial: '1 + 1',
    declaration: index =>
      `value${index} = {"price": ${index}.5, "size": ${index}}\ndef total${index}(n: int) -> float:\n    return n * value${index}["price"]`,
  },
].filter(({ argv }) => existsSync(argv[0]));
