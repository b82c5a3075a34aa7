import {
  checkInput,
  inputText,
  PROTOCOL_VERSION,
  type InputMessage,
  type InputOutput,
  type InputSpec,
  type InputValue,
} from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import type { ChannelState, InputChannel } from '../model/channel.js';
import type { Screen } from '../view/screen.js';
import { controlOf, type ValueControl } from './controlOf.js';

/** What the kernel says is not shown on a control that was moved so many milliseconds ago: it would jump back under the reader's hand. */
const OWN_MS = 400;

let made = 0;

/**
 * The control of an input: a native element with its label, and what it holds beside it. What it holds is the kernel's to say, so that two controls of one input
 * agree; without a kernel it shows what was saved, and cannot be moved.
 */
export class InputView {
  readonly node = element('div', 'millrace-Input');
  private readonly label = element('label', 'millrace-Input-label');
  private readonly value = element('output', 'millrace-Input-value');
  private readonly note = element('span', 'millrace-Input-note');
  private readonly id = `millrace-input-${++made}`;
  private spec: InputSpec;
  private held: InputValue;
  private control: ValueControl;
  private movedMs = -Infinity;
  private waiting: InputValue | null = null;
  private disposed = false;

  constructor(
    private readonly output: InputOutput,
    private readonly channel: InputChannel,
    private readonly screen: Pick<Screen, 'nextFrame' | 'now'>,
  ) {
    this.spec = output.spec;
    this.held = output.value;
    this.control = this.place(output.spec);
    this.note.setAttribute('role', 'status');
    this.node.dataset.millraceInput = output.name;
    // Keys are the control's: in a notebook arrows would select cells and letters would cut them. The attribute alone does not keep JupyterLab's own keys away.
    this.node.dataset.lmSuppressShortcuts = 'true';
    this.node.addEventListener('keydown', event => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    });
    this.show();
    channel.onMessage(message => this.receive(message));
    channel.onState(state => this.setChannelState(state));
  }

  /** The output with what the input holds now. */
  saved(): InputOutput {
    return { ...this.output, spec: this.spec, value: this.held };
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.channel.close();
    this.node.remove();
  }

  /** Makes the control anew: an input that is made again may take other values. */
  private place(spec: InputSpec): ValueControl {
    const control = controlOf(spec);
    const { node } = control;
    node.id = this.id;
    node.addEventListener(control.event, () => this.moved());
    if (control.event === 'change') node.addEventListener('input', () => (this.movedMs = this.screen.now()));
    this.label.htmlFor = this.id;
    this.value.htmlFor.add(this.id);
    setText(this.label, spec.label ?? this.output.name);
    this.node.dataset.kind = spec.kind;
    this.node.replaceChildren(this.label, node, this.value, this.note);
    return control;
  }

  /** Sends what it stands at, once an animation frame at most. */
  private moved(): void {
    this.movedMs = this.screen.now();
    const value = this.control.read();
    const checked = value === null ? null : checkInput(this.spec, value);
    if (checked === null || !checked.ok) {
      this.say(checked === null ? 'Not a value.' : `It ${checked.why}.`, true);
      return;
    }
    this.say('', false);
    this.held = checked.value;
    this.show(false);
    const isScheduled = this.waiting !== null;
    this.waiting = checked.value;
    if (isScheduled) return;
    this.screen.nextFrame(() => {
      const { waiting } = this;
      this.waiting = null;
      if (waiting !== null && !this.disposed) this.channel.send({ type: 'set', value: waiting });
    });
  }

  private receive(message: InputMessage): void {
    if (this.disposed) return;
    switch (message.type) {
      case 'state':
        if (JSON.stringify(message.spec) !== JSON.stringify(this.spec)) {
          this.spec = message.spec;
          this.control = this.place(message.spec);
        }
        this.node.dataset.millraceComputing = String(message.computing);
        setAttribute(this.node, 'aria-busy', message.computing ? 'true' : null);
        this.take(message.value);
        return;
      case 'error':
        this.movedMs = -Infinity;
        this.say(message.message, true);
        return;
      case 'bye':
        this.enable(false, message.reason);
        return;
    }
  }

  /** Shows what the kernel says, at once or when the reader's hand has come to rest. */
  private take(value: InputValue): void {
    const wait = OWN_MS - (this.screen.now() - this.movedMs);
    if (wait <= 0 || Object.is(value, this.held)) {
      this.held = value;
      this.show();
      return;
    }
    const moved = this.movedMs;
    setTimeout(() => {
      if (this.disposed || this.movedMs !== moved) return;
      this.held = value;
      this.show();
    }, wait);
  }

  private setChannelState(state: ChannelState): void {
    if (this.disposed) return;
    if (state.kind === 'ready') this.channel.open({ v: PROTOCOL_VERSION, name: this.output.name });
    this.enable(state.kind === 'ready' || state.kind === 'open', state.reason);
  }

  private enable(isEnabled: boolean, reason: string | null): void {
    this.control.node.disabled = !isEnabled;
    setAttribute(this.node, 'title', isEnabled ? null : reason);
    this.node.dataset.millraceState = isEnabled ? 'live' : 'saved';
  }

  private show(control = true): void {
    if (control) this.control.show(this.held);
    const text = inputText(this.spec, this.held);
    // Lists and texts say themselves what they hold.
    const isShown = this.spec.kind === 'range' || this.spec.kind === 'date';
    setText(this.value, this.spec.kind === 'date' ? 'UTC' : text);
    this.value.hidden = !isShown;
    if (this.spec.kind === 'range') this.control.node.setAttribute('aria-valuetext', text);
    this.node.dataset.millraceValue = text;
  }

  private say(text: string, isError: boolean): void {
    setText(this.note, text);
    this.note.hidden = text === '';
    setAttribute(this.control.node, 'aria-invalid', isError ? 'true' : null);
  }
}
