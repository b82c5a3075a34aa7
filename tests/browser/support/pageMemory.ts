import type { CDPSession, Page } from 'playwright-core';

/** What a page holds once its garbage has been collected. */
export interface PageFigures {
  /** Megabytes of JavaScript. */
  readonly heapMb: number;
  /** DOM nodes, those that only a script holds as well. */
  readonly nodes: number;
  readonly listeners: number;
  /** Elements of ours, and canvases, that are in no document any more. */
  readonly detached: number;
  /** Outputs of ours that JupyterLab has thrown away, and that something still holds. */
  readonly thrownAway: number;
}

const GROUP = 'memory';

/** Looks into the memory of a page. */
export class PageMemory {
  private constructor(private readonly client: CDPSession) {}

  static async of(page: Page): Promise<PageMemory> {
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    await client.send('HeapProfiler.enable');
    return new PageMemory(client);
  }

  /** Collects garbage, and reads what is left. */
  async figures(): Promise<PageFigures> {
    await this.collect();
    const detached = await this.alive(
      'Element.prototype',
      (element: Element) =>
        !element.isConnected &&
        (element instanceof HTMLCanvasElement || /millrace-/.test(element.getAttribute('class') ?? '')),
    );
    const thrownAway = await this.alive(
      LUMINO_WIDGET,
      ({ isDisposed, node }: { readonly isDisposed: boolean; readonly node?: HTMLElement }) =>
        isDisposed && /millrace-/.test(node?.getAttribute('class') ?? ''),
    );
    await this.collect();
    const { metrics } = await this.client.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find(metric => metric.name === name)?.value ?? NaN;
    return {
      heapMb: Math.round(of('JSHeapUsedSize') / 1e5) / 10,
      nodes: of('Nodes'),
      listeners: of('JSEventListeners'),
      detached,
      thrownAway,
    };
  }

  /** What is freed by one collection lets go of what the next one frees: nodes, and then what listens to them. */
  private async collect(): Promise<void> {
    for (let round = 0; round < 2; round++) await this.client.send('HeapProfiler.collectGarbage');
  }

  async close(): Promise<void> {
    await this.client.detach();
  }

  /** How many objects of a class there are of which something holds. */
  private async alive<Each>(prototype: string, test: (each: Each) => boolean): Promise<number> {
    const { result } = await this.client.send('Runtime.evaluate', {
      expression: prototype,
      objectGroup: GROUP,
    });
    const { objects } = await this.client.send('Runtime.queryObjects', {
      prototypeObjectId: result.objectId!,
      objectGroup: GROUP,
    });
    const counted = await this.client.send('Runtime.callFunctionOn', {
      objectId: objects.objectId!,
      // The prototypes of further classes are among them, and cannot be asked.
      functionDeclaration: `function () {
        const test = ${test.toString()};
        return this.filter(each => { try { return test(each); } catch { return false; } }).length;
      }`,
      returnByValue: true,
    });
    // Else what was found would be held from here on.
    await this.client.send('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    if (counted.exceptionDetails !== undefined) throw new Error(JSON.stringify(counted.exceptionDetails));
    return Number(counted.result.value);
  }
}

/** The class that all of JupyterLab's widgets are of. */
const LUMINO_WIDGET = `(() => {
  let prototype = window.jupyterapp.shell;
  while (!Object.hasOwn(prototype, 'hasClass')) prototype = Object.getPrototypeOf(prototype);
  return prototype;
})()`;
