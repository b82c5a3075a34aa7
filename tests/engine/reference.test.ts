import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FOLDER, referencePages, RENEW } from '../support/referencePages.js';

test('the reference pages are what the registries say', async () => {
  for (const [file, text] of await referencePages()) {
    const path = join(FOLDER, file);
    if (process.env.MILLRACE_RENEW === '1') writeFileSync(path, text);
    expect(readFileSync(path, 'utf8'), `docs/reference/${file} is out of step; renew it: ${RENEW}`).toBe(
      text,
    );
  }
});
