import type { JsonObject, Message } from '../wire/message.js';
import { isObject, type NotebookOutput } from './notebook.js';

type Made = Record<string, unknown> & { output_type: string };

/** The outputs of the cells of a run, kept as a front end would keep them. */
export class OutputCollector {
  /** By the request that ran the cell. */
  readonly #cells = new Map<string, Made[]>();
  readonly #shown = new Map<string, Made[]>();
  readonly #clearing = new Set<string>();

  begin(request: string): void {
    this.#cells.set(request, []);
  }

  of(request: string): readonly NotebookOutput[] {
    return this.#cells.get(request) ?? [];
  }

  /** Takes what was published. */
  take({ header, parent, content }: Message): void {
    const request = parent.msg_id ?? '';
    const outputs = this.#cells.get(request);
    if (outputs === undefined) return;
    switch (header.msg_type) {
      case 'stream':
        this.#cleared(request, outputs);
        addText(outputs, content);
        break;
      case 'display_data':
      case 'execute_result':
        this.#cleared(request, outputs);
        this.#show(outputs, header.msg_type, content);
        break;
      case 'update_display_data':
        this.#update(content);
        break;
      case 'error': {
        this.#cleared(request, outputs);
        const { ename, evalue, traceback } = content;
        outputs.push({ output_type: 'error', ename, evalue, traceback });
        break;
      }
      case 'clear_output':
        if (content.wait === true) this.#clearing.add(request);
        else outputs.splice(0);
        break;
    }
  }

  /** A cell that cleared its outputs loses them when the next one comes. */
  #cleared(request: string, outputs: Made[]): void {
    if (this.#clearing.delete(request)) outputs.splice(0);
  }

  #show(
    outputs: Made[],
    output_type: string,
    { data, metadata, transient, execution_count }: JsonObject,
  ): void {
    const result = output_type === 'execute_result' ? { execution_count } : {};
    const made: Made = { output_type, ...result, data, metadata };
    outputs.push(made);
    const id = isObject(transient) ? transient.display_id : undefined;
    if (typeof id === 'string') this.#shown.set(id, [...(this.#shown.get(id) ?? []), made]);
  }

  #update({ data, metadata, transient }: JsonObject): void {
    const id = isObject(transient) ? transient.display_id : undefined;
    for (const made of this.#shown.get(String(id)) ?? []) Object.assign(made, { data, metadata });
  }
}

function addText(outputs: Made[], { name, text }: JsonObject): void {
  const last = outputs.at(-1);
  if (last?.output_type === 'stream' && last.name === name) last.text = `${String(last.text)}${String(text)}`;
  else outputs.push({ output_type: 'stream', name, text });
}
