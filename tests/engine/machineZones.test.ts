import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';

/** How far the clocks of each are from UTC in July, in minutes: so it is seen that a process took its zone. */
const ZONES = { UTC: 0, 'Europe/Berlin': -120, 'Asia/Kolkata': -330, 'America/New_York': 240 };

test.skipIf(!existsSync(join(ROOT, 'engine/dist/node/index.js')))(
  'functions, windows and times in files are the same in every time zone of the machine',
  { timeout: 120_000 },
  async () => {
    const hashes = new Set<string>();
    for (const [TZ, offset] of Object.entries(ZONES)) {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-zones-'));
      const script = join(ROOT, 'tests/support/zonedResults.mjs');
      const { stdout } = await promisify(execFile)(process.execPath, [script, folder], {
        env: { ...process.env, TZ },
      });
      rmSync(folder, { recursive: true });
      const result = JSON.parse(stdout) as Record<'hash', string> &
        Record<'functions' | 'all' | 'offset', number>;
      expect(result.offset).toBe(offset);
      expect(result.functions).toBeGreaterThan(1000);
      expect(result.all).toBeGreaterThan(result.functions + 2000);
      hashes.add(result.hash);
    }
    expect(hashes.size).toBe(1);
  },
);
