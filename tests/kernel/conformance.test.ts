import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { KERNEL_MAIN } from '../support/jupyterClient.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const python = path(
  process.platform === 'win32' ? '../../.venv/Scripts/python.exe' : '../../.venv/bin/python',
);
const run = promisify(execFile);

test.skipIf(!existsSync(python))(
  'jupyter_kernel_test finds nothing to complain of',
  async () => {
    const prefix = mkdtempSync(join(tmpdir(), 'millrace-spec-'));
    try {
      await run(process.execPath, [join(KERNEL_MAIN, '../install.js'), '--prefix', prefix]);
      const env = {
        ...process.env,
        JUPYTER_PATH: join(prefix, 'share', 'jupyter'),
        MILLRACE_HISTORY: join(prefix, 'history.jsonl'),
      };
      const { stdout } = await run(python, [path('conformance.py')], { env, cwd: prefix });
      const { passed, failed, skipped } = JSON.parse(stdout.trim().split('\n').at(-1) as string) as {
        passed: string[];
        failed: Record<string, string>;
        skipped: Record<string, string>;
      };
      expect(failed).toEqual({});
      expect(skipped).toEqual({});
      expect(passed.length).toBeGreaterThanOrEqual(12);
    } finally {
      rmSync(prefix, { recursive: true, force: true });
    }
  },
  120_000,
);
