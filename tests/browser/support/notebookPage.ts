import type { Locator, Page } from 'playwright-core';
import { ViewHandle } from './viewHandle.js';

/** What tests use of the application that JupyterLab leaves in `window` for them. */
interface JupyterApp {
  readonly commands: { execute(id: string, args?: object): Promise<unknown> };
  readonly shell: { readonly currentWidget: NotebookPanel; widgets(area: string): Iterable<NotebookPanel> };
}

interface SharedCell {
  setSource(text: string): void;
  toJSON(): {
    readonly outputs?: readonly { readonly name?: string; readonly text?: string | readonly string[] }[];
  };
}

interface NotebookPanel {
  dispose(): void;
  readonly content: {
    activeCellIndex: number;
    notebookConfig: { readonly windowingMode: string };
    readonly widgets: readonly {
      readonly model: { readonly sharedModel: SharedCell; trusted: boolean };
    }[];
  };
  readonly context: { readonly path: string; save(): Promise<void> };
  readonly sessionContext: {
    restartKernel(): Promise<void>;
    shutdown(): Promise<void>;
    readonly session: {
      readonly kernel: {
        readonly status: string;
        readonly connectionStatus: string;
        interrupt(): Promise<void>;
        requestCommInfo(content: { target_name: string }): Promise<{
          readonly content: { readonly comms?: Readonly<Record<string, object>> };
        }>;
      } | null;
    } | null;
  };
}

/** The class of code cells, as its objects know it. */
interface CodeCells {
  execute(cell: object, session: object): Promise<unknown>;
}

declare global {
  interface Window {
    jupyterapp: JupyterApp;
  }
}

/** A notebook in a tab of its own. Cells count from 0. Everything waits on state, nothing on time. */
export class NotebookPage {
  constructor(
    readonly page: Page,
    private readonly name: string,
  ) {}

  async shown(): Promise<void> {
    await this.page.waitForSelector('.jp-Notebook .jp-Cell');
    await this.page.waitForFunction(() => window.jupyterapp.shell.currentWidget?.content !== undefined);
  }

  /** Answers JupyterLab's question for a kernel: none. */
  async chooseNoKernel(): Promise<void> {
    await this.page.locator('.jp-Dialog').getByRole('button', { name: 'No Kernel' }).click();
  }

  /** Waits for a kernel that has nothing to do. */
  async idle(): Promise<void> {
    await this.page.waitForFunction(() => {
      const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel;
      return kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
    });
  }

  cell(index: number): Locator {
    return this.page.locator(`.jp-Notebook .jp-CodeCell >> nth=${index}`);
  }

  /** Starts a cell and returns at once. */
  async start(index: number): Promise<void> {
    await this.page.evaluate(index => {
      const { commands, shell } = window.jupyterapp;
      shell.currentWidget.content.activeCellIndex = index;
      void commands.execute('notebook:run-cell');
    }, index);
  }

  /** Runs a cell to its end. */
  async run(index: number): Promise<void> {
    await this.page.evaluate(async index => {
      const { commands, shell } = window.jupyterapp;
      shell.currentWidget.content.activeCellIndex = index;
      await commands.execute('notebook:run-cell');
    }, index);
  }

  /** Runs a cell to its end where it is: JupyterLab keeps the toolbar of each cell that was ever the active one. */
  async runAside(index: number): Promise<void> {
    await this.page.evaluate(async index => {
      const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
      const cell = content.widgets[index];
      if (cell === undefined) return;
      cell.model.trusted = true;
      await (cell.constructor as unknown as CodeCells).execute(cell, sessionContext);
    }, index);
  }

  /** Waits until the kernel works at a cell. */
  async running(index: number): Promise<void> {
    await this.cell(index).locator('.jp-InputPrompt', { hasText: '[*]' }).waitFor();
    await this.page.waitForFunction(
      () => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'busy',
    );
  }

  async setSource(index: number, text: string): Promise<void> {
    await this.page.evaluate(
      ([index, text]) => {
        const { content } = window.jupyterapp.shell.currentWidget;
        content.widgets[Number(index)]?.model.sharedModel.setSource(String(text));
      },
      [index, text],
    );
  }

  async selectCell(index: number): Promise<void> {
    await this.page.evaluate(index => {
      window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
    }, index);
  }

  /** What a cell wrote to stdout, as its model has it: JupyterLab may show less of a long text. */
  async streamText(index: number): Promise<string> {
    return await this.page.evaluate(index => {
      const outputs =
        window.jupyterapp.shell.currentWidget.content.widgets[index]?.model.sharedModel.toJSON().outputs ??
        [];
      return outputs
        .filter(output => output.name === 'stdout')
        .map(output => [output.text ?? ''].flat().join(''))
        .join('');
    }, index);
  }

  /** The comm messages that the page sends to the kernel while something is done. */
  async commMessages(work: () => Promise<void>): Promise<string[]> {
    const client = await this.page.context().newCDPSession(this.page);
    const sent: string[] = [];
    await client.send('Network.enable');
    client.on('Network.webSocketFrameSent', ({ response }) => {
      const text =
        response.opcode === 2
          ? Buffer.from(response.payloadData, 'base64').toString('latin1')
          : response.payloadData;
      if (text.includes('comm_')) sent.push(text);
    });
    await work();
    await client.detach();
    return sent;
  }

  /** The text of a cell's outputs, as shown. */
  async output(index: number): Promise<string> {
    const texts = await this.cell(index).locator('.jp-OutputArea-output').allTextContents();
    return texts.join('\n');
  }

  /** Waits until a cell's outputs hold a text. */
  async says(index: number, text: string | RegExp): Promise<void> {
    await this.cell(index).locator('.jp-OutputArea-output', { hasText: text }).first().waitFor();
  }

  /** The view that a cell shows. */
  view(index: number): ViewHandle {
    return new ViewHandle(this.page, this.cell(index).locator('[data-millrace-view]').first());
  }

  /** Clicks the button of the replay bar, when it offers this. */
  async clickReplayBar(action: 'play' | 'pause' | 'replay'): Promise<void> {
    await this.page.locator(`.millrace-ReplayBar-play[data-action="${action}"]`).first().click();
  }

  /** Chooses a speed in the replay bar. */
  async chooseSpeed(speed: string): Promise<void> {
    await this.page.locator('.millrace-ReplayBar-speed').first().selectOption(speed);
  }

  /** The clock's event time in microseconds, as the replay bar has it. */
  async clockTime(): Promise<number> {
    return Number(
      await this.page.locator('.millrace-ReplayBar').first().getAttribute('data-millrace-now-us'),
    );
  }

  async save(): Promise<void> {
    await this.command('docmanager:save');
  }

  async command(id: string, args: object = {}): Promise<void> {
    await this.page.evaluate(
      ([id, args]) => window.jupyterapp.commands.execute(id as string, args as object),
      [id, args],
    );
  }

  async interrupt(): Promise<void> {
    await this.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.interrupt(),
    );
  }

  async restart(): Promise<void> {
    await this.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel());
  }

  async shutdown(): Promise<void> {
    await this.page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown());
  }

  /** Loads the page again, as a user does, after saving. */
  async reload(): Promise<void> {
    await this.save();
    await this.page.reload();
    await this.shown();
  }

  async theme(name: 'JupyterLab Light' | 'JupyterLab Dark'): Promise<void> {
    await this.command('apputils:change-theme', { theme: name });
    const light = String(name === 'JupyterLab Light');
    await this.page.waitForFunction(light => document.body.dataset['jpThemeLight'] === light, light);
  }

  get path(): string {
    return this.name;
  }
}
