import axe from 'axe-core';
import type Axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What of a page is Millrace's own. JupyterLab's menus, side bars and cells are not ours to mend, and are left out; what an element of ours gets from around it
 * (its ground, its theme) counts.
 */
const OURS = [
  '.millrace-Output',
  '.millrace-Layout',
  '.millrace-ReplayBar',
  '.millrace-StreamsWidget',
  '.millrace-StatusItem',
  '.millrace-Popup',
  '.millrace-Tooltip',
  // What the kernel writes for any front end: trees, tables, errors, progress.
  '.jp-RenderedHTML',
];

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Puts axe into what a page will load, which may forbid what is put into it later. */
export async function letIn(page: Page): Promise<void> {
  await page.addInitScript(axe.source);
}

/**
 * What axe finds wrong, of all impacts: `serious color-contrast: .millrace-Status …`.
 *
 * @param within where it looks: all that is Millrace's own; null: the whole page
 */
export async function faultsIn(page: Page, within: readonly string[] | null = OURS): Promise<string[]> {
  // From the package's own text: nothing is asked of a network.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return await page.evaluate(
    async ({ within, tags }) => {
      // JupyterLab's body has no height of its own and hides what overflows: axe takes all that is in it for unseen.
      document.body.style.minHeight = '100vh';
      const { axe } = window as unknown as { axe: typeof Axe };
      const include = within?.filter(selector => document.querySelector(selector) !== null) ?? [];
      const { violations, passes } = await axe.run(
        within === null ? document : { include: include.map(selector => [selector]) },
        { runOnly: { type: 'tag', values: tags } },
      );
      // Where nothing is seen nothing is wrong.
      const seen = passes.find(({ id }) => id === 'color-contrast')?.nodes.length ?? 0;
      if (seen === 0) return ['axe saw no text'];
      return violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(
          ({ target, failureSummary, html }) =>
            `${impact ?? 'unknown'} ${id}: ${target.at(-1)?.toString().slice(-120)} ${html.slice(0, 200)} ${(failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 260)}`,
        ),
      );
    },
    { within, tags: TAGS },
  );
}
