/** Draws the outputs of an exported page, and lets its replays run again. */
import {
  PAGE_IDS,
  type InputMessage,
  type InputOpen,
  type InputRequest,
  type PageDescription,
  type PageOutput,
  type SessionMessage,
  type SessionRequest,
  type ViewMessage,
  type ViewOpen,
  type ViewRequest,
} from '@millrace/protocol';
import { pageSettings } from '../controls/barSettings.js';
import { ClockOutputView } from '../controls/clockOutput.js';
import { ReplayBar } from '../controls/replayBar.js';
import { element } from '../dom.js';
import { InputView } from '../inputs/inputView.js';
import type { Channel, SessionChannel } from '../model/channel.js';
import { openView } from '../openView.js';
import { ProseView } from '../prose/proseView.js';
import { browserScreen } from '../view/screen.js';
import { DEFAULT_SETTINGS, type ViewSettings } from '../view/viewSettings.js';
import { currentLook, watchLook } from './pageLook.js';
import { PageEngine } from './pageEngine.js';

/** What writes Parquet is larger than a page. */
const SETTINGS: ViewSettings = { ...DEFAULT_SETTINGS, downloads: ['csv', 'arrow'] };

const NOT_LIVE = 'It does not run in this page: this is what was saved.';

class Page {
  readonly #engine: PageEngine | null;
  /** One choice for all bars of the page. */
  readonly #settings = pageSettings();

  constructor(readonly description: PageDescription) {
    const { recordings, speed } = description;
    this.#engine = recordings === null ? null : new PageEngine(recordings, speed);
  }

  async open(): Promise<void> {
    const places = [...document.querySelectorAll<HTMLElement>('[data-millrace-place]')];
    for (const place of places) {
      const output = this.description.outputs[Number(place.dataset.millracePlace)];
      if (output === undefined) continue;
      try {
        await this.#draw(output, place);
      } catch (error) {
        // What was saved stays, with why.
        place.append(
          element('p', 'millrace-Page-note', error instanceof Error ? error.message : String(error)),
        );
      }
    }
    if (this.#engine === null) return;
    this.#openBar(this.#engine);
    await this.#engine.start();
  }

  #openBar(engine: PageEngine): void {
    const place = document.getElementById(PAGE_IDS.bar);
    if (place === null) return;
    engine.onState(({ kind, reason }) => {
      place.dataset.millraceState = kind === 'ready' ? 'ready' : reason === null ? kind : 'waiting';
      if (kind === 'ready') {
        const { speed } = this.description;
        if (speed === null) place.remove();
        else
          place.replaceChildren(new ReplayBar(this.#session(engine), this.#settings, undefined, speed).node);
      } else place.textContent = reason;
    });
  }

  async #draw(output: PageOutput, place: HTMLElement): Promise<void> {
    switch (output.kind) {
      case 'view': {
        const view = await openView({
          output: output.output,
          channel: this.#view(output.output.viewId),
          look: currentLook(),
          settings: SETTINGS,
          selectionChannel: ({ input }) => this.#input(input),
        });
        watchLook(look => void view.setLook(look));
        place.replaceChildren(view.node);
        return;
      }
      case 'input':
        place.replaceChildren(
          new InputView(output.output, this.#input(output.output.name), browserScreen).node,
        );
        return;
      case 'clock':
        if (this.#engine === null || this.description.speed === null) return;
        place.replaceChildren(
          new ClockOutputView(
            output.output,
            this.#session(this.#engine),
            this.#settings,
            this.description.speed,
          ).node,
        );
        return;
      case 'prose': {
        const written = [...(place.querySelector('template')?.content.childNodes ?? [])];
        const views = output.output.parts.flatMap(part => (part.kind === 'view' ? [part.viewId] : []));
        const inputs = output.output.parts.flatMap(part => (part.kind === 'input' ? [part.name] : []));
        const view = await ProseView.open({
          output: output.output,
          screen: browserScreen,
          render: (_markdown, node) => {
            node.replaceChildren(...written);
            return Promise.resolve();
          },
          viewChannel: () => this.#view(views.shift() ?? ''),
          inputChannel: () => this.#input(inputs.shift() ?? ''),
        });
        place.replaceChildren(view.node);
        return;
      }
    }
  }

  #session(engine: PageEngine): SessionChannel {
    return engine.channel<{ readonly v: number }, SessionRequest, SessionMessage>('session');
  }

  #view(viewId: string): Channel<ViewOpen, ViewRequest, ViewMessage> {
    const isLive = this.description.live.includes(viewId);
    return (isLive ? this.#engine?.channel<ViewOpen, ViewRequest, ViewMessage>('view') : null) ?? closed();
  }

  #input(name: string): Channel<InputOpen, InputRequest, InputMessage> {
    const isLive = this.description.inputs.includes(name);
    return (
      (isLive ? this.#engine?.channel<InputOpen, InputRequest, InputMessage>('input') : null) ?? closed()
    );
  }
}

/** A channel that never opens. */
function closed<Open, Request, Message>(): Channel<Open, Request, Message> {
  const state = { kind: 'unavailable' as const, reason: NOT_LIVE };
  return {
    state,
    onState: listener => listener(state),
    onMessage: () => undefined,
    open: () => undefined,
    send: () => undefined,
    close: () => undefined,
  };
}

const text = document.getElementById(PAGE_IDS.page)?.textContent;
if (text != null) void new Page(JSON.parse(text) as PageDescription).open();
