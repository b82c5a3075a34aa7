import ts from 'typescript';
import type { MimeBundle } from '../runner/contract.js';
import { plainMessage } from './diagnostics.js';
import { fromCodePoints } from './offsets.js';

/** What is known of the name at (or just before) a cursor: its type and, with `detail` 1, its documentation. */
export function inspection(
  service: ts.LanguageService,
  file: string,
  code: string,
  cursor: number,
  detail: 0 | 1,
): MimeBundle | null {
  const position = Math.min(fromCodePoints(code, cursor), code.length);
  const found =
    quickInfo(service, file, position) ??
    (position > 0 ? quickInfo(service, file, position - 1) : undefined) ??
    signature(service, file, position);
  if (found === undefined) return null;
  const plain = [found.type];
  const markdown = [`\`\`\`ts\n${found.type}\n\`\`\``];
  if (found.documentation !== '') {
    plain.push(found.documentation);
    markdown.push(found.documentation);
  }
  if (detail === 1 && found.tags.length > 0) {
    plain.push(found.tags.map(tag => `@${tag.name} ${tag.text}`).join('\n'));
    const asMarkdown = (tag: Tag): string =>
      tag.name === 'example' ? `\`\`\`ts\n${tag.text}\n\`\`\`` : `*@${tag.name}* ${tag.text}`;
    markdown.push(found.tags.map(asMarkdown).join('\n\n'));
  }
  return { 'text/plain': plain.join('\n\n'), 'text/markdown': markdown.join('\n\n') };
}

interface Tag {
  readonly name: string;
  readonly text: string;
}

interface Found {
  readonly type: string;
  readonly documentation: string;
  readonly tags: readonly Tag[];
}

function tagsOf(tags: readonly ts.JSDocTagInfo[] | undefined): Tag[] {
  return (tags ?? []).map(tag => ({ name: tag.name, text: ts.displayPartsToString(tag.text) }));
}

/** The name at a position. */
function quickInfo(service: ts.LanguageService, file: string, position: number): Found | undefined {
  const info = service.getQuickInfoAtPosition(file, position);
  if (info?.displayParts === undefined || info.displayParts.length === 0) return undefined;
  const type = plainMessage(ts.displayPartsToString(info.displayParts))
    .replace(/^\(alias\) /, '')
    .replace(/\n(?:import|export) [^\n]*$/, '');
  return { type, documentation: ts.displayPartsToString(info.documentation), tags: tagsOf(info.tags) };
}

/** The call around a position: what its function takes. */
function signature(service: ts.LanguageService, file: string, position: number): Found | undefined {
  const help = service.getSignatureHelpItems(file, position, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (item === undefined) return undefined;
  const text = ts.displayPartsToString;
  const parameters = item.parameters.map(parameter => text(parameter.displayParts));
  const type =
    text(item.prefixDisplayParts) +
    parameters.join(text(item.separatorDisplayParts)) +
    text(item.suffixDisplayParts);
  return { type: plainMessage(type), documentation: text(item.documentation), tags: tagsOf(item.tags) };
}
