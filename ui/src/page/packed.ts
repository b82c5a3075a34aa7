import { base64ToBytes } from '../model/base64.js';

/** The bytes that a page's element holds, deflated and as base64. Throws where there is no such element. */
export async function packedBytes(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`a part of this page is missing: ${id}`);
  const bytes = base64ToBytes(element.textContent.trim()) as Uint8Array<ArrayBuffer>;
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}

/** The text that a page's element holds. */
export async function packedText(id: string): Promise<string> {
  return new TextDecoder().decode(await packedBytes(id));
}

/** Runs a script's text, where the page's security policy knows its hash. */
export function runScript(text: string): void {
  const script = document.createElement('script');
  script.textContent = text;
  document.head.append(script);
}
