import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from './paths.mjs';
import { Problem } from './problem.mjs';
import { step } from './step.mjs';

const ENGINE = join(ROOT, 'engine', 'dist');

/** Puts the declarations of the engine's package together, unless they are as new as the compiled code: the kernel says which, and why. */
export function joinDeclarations() {
  return step('declarations', async () => {
    const { JOINED_TYPES, joinedTypes } = await import(
      new URL('../../kernel/dist/language/joinedTypes.js', import.meta.url)
    );
    if (joinedTypes(ENGINE).size > 0) return false;
    const [{ rollup }, { dts }, { default: ts }] = await Promise.all([
      import('rollup'),
      import('rollup-plugin-dts'),
      import('typescript'),
    ]);
    const entries = Object.entries(JOINED_TYPES);
    const folder = join(ENGINE, dirname(entries[0][1]));
    rmSync(folder, { recursive: true, force: true });
    // Compiled packages, as others have them, not the sources of the checkout.
    const compilerOptions = { moduleResolution: ts.ModuleResolutionKind.Bundler, customConditions: [] };
    try {
      const bundle = await rollup({
        input: Object.fromEntries(
          entries.map(([parts, whole]) => [basename(whole, '.d.ts'), join(ENGINE, parts)]),
        ),
        // Packages of others stay where they are.
        external: id => /^[^./\\]/.test(id) && !/^[A-Za-z]:/.test(id) && !id.startsWith('@millrace/'),
        plugins: [
          dts({ respectExternal: true, tsconfig: join(ROOT, 'tsconfig.base.json'), compilerOptions }),
        ],
        // Others are about declarations that would be made of these: cells make none.
        onwarn: warning => {
          if (warning.code === 'UNRESOLVED_IMPORT') throw new Error(warning.message);
        },
      });
      await bundle.write({
        dir: folder,
        format: 'es',
        entryFileNames: '[name].d.ts',
        chunkFileNames: 'shared.d.ts',
      });
      await bundle.close();
    } catch (error) {
      throw new Problem(`The declarations of the engine were not put together:\n${error.message}`);
    }
    return true;
  });
}
