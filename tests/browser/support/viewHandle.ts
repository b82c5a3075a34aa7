import type { Locator, Page } from 'playwright-core';

/** A live view as tests see it: the numbers it shows of itself in its node's data attributes. */
export class ViewHandle {
  constructor(
    private readonly page: Page,
    readonly node: Locator,
  ) {}

  async attribute(name: string): Promise<string | null> {
    return await this.node.getAttribute(`data-millrace-${name}`);
  }

  /** The number of the last frame that was painted. */
  async seq(): Promise<number> {
    return Number((await this.attribute('painted-seq')) ?? 0);
  }

  /** Rows in the table. */
  async total(): Promise<number> {
    return Number(await this.attribute('total'));
  }

  /** What the line beneath the view says: its state, rows, watermark. */
  async statusText(): Promise<string> {
    return (await this.node.locator('.millrace-Status').textContent()) ?? '';
  }

  async state(): Promise<string | null> {
    return await this.attribute('state');
  }

  /** Waits until the view shows rows of a running kernel. */
  async live(): Promise<void> {
    await this.until(node => Number(node.dataset['millracePaintedSeq'] ?? 0) > 0, null);
  }

  /** Waits for so many more painted frames. */
  async paints(more: number): Promise<void> {
    await this.until(
      (node, seq) => Number(node.dataset['millracePaintedSeq'] ?? 0) >= (seq ?? 0),
      (await this.seq()) + more,
    );
  }

  /** Waits until the view is in one of these states, all of its frames painted. */
  async reaches(...states: string[]): Promise<void> {
    await this.until(
      (node, states) =>
        (states ?? []).includes(node.dataset['millraceState'] ?? '') &&
        (node.dataset['millraceSeq'] === '0' ||
          node.dataset['millraceSeq'] === node.dataset['millracePaintedSeq']),
      states,
    );
  }

  /** Scrolls to where the view is drawn. */
  async scrollTo(): Promise<void> {
    await this.node.scrollIntoViewIfNeeded().catch(this.tell);
  }

  /** Says of a wait that was in vain what the view is like. */
  private readonly tell = async (error: unknown): Promise<never> => {
    throw new Error(`${String(error)}; the view: ${JSON.stringify(await this.looks())}`);
  };

  /** What the view tells of itself, and where it is. */
  private async looks(): Promise<unknown> {
    return await this.node.evaluate(node => {
      const around: string[] = [];
      for (let each: Element | null = node; each !== null && around.length < 8; each = each.parentElement) {
        const { width, height, top } = each.getBoundingClientRect();
        const { display, visibility, contentVisibility } = getComputedStyle(each);
        const place = `${width.toFixed(0)} x ${height.toFixed(0)} at ${top.toFixed(0)}`;
        around.push(`${each.className}: ${place} ${display} ${visibility} ${contentVisibility}`);
      }
      return {
        data: { ...(node as HTMLElement).dataset },
        isConnected: node.isConnected,
        text: node.textContent,
        around,
      };
    });
  }

  /** Waits until a condition holds of the view's node; `argument` is handed into the page. */
  async until<A>(condition: (node: HTMLElement, argument: A) => boolean, argument: A): Promise<void> {
    const handle = await this.node.elementHandle();
    const wait = this.page.waitForFunction(
      ([node, text, argument]) => {
        // The condition crosses into the page as text: it uses nothing but its arguments.
        const test = new Function(`return (${text as string})`)() as (
          node: HTMLElement,
          argument: unknown,
        ) => boolean;
        return test(node as HTMLElement, argument);
      },
      [handle, condition.toString(), argument] as const,
    );
    await wait.catch(this.tell);
    // Else the node would be held for as long as its page is open.
    await handle?.dispose();
  }
}
