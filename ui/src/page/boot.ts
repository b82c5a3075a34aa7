/** The one script that stands in an exported page as it is: it unpacks what draws, and runs it. */
import { PAGE_IDS } from '@millrace/protocol';
import { packedText, runScript } from './packed.js';

packedText(PAGE_IDS.script).then(runScript, (error: unknown) => {
  // A browser without this: the page stays as it was saved, and can be read.
  const bar = document.getElementById(PAGE_IDS.bar);
  if (bar === null) return;
  bar.textContent = `This browser cannot replay the page, which shows what was saved (${String(error)}).`;
  bar.dataset.millraceState = 'failed';
});
