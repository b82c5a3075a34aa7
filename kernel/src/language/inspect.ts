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
  const info =
    quickInfo(service, file, position) ?? (position > 0 ? quickInfo(service, file, position - 1) : undefined);
  if (info === undefined) return null;
  const type = plainMessage(ts.displayPartsToString(info.displayParts))
    .replace(/^\(alias\) /, '')
    .replace(/\nimport [^\n]*$/, '');
  const documentation = ts.displayPartsToString(info.documentation);
  const tags = (info.tags ?? []).map(tag => ({ name: tag.name, text: ts.displayPartsToString(tag.text) }));
  const plain = [type];
  const markdown = [`\`\`\`ts\n${type}\n\`\`\``];
  if (documentation !== '') {
    plain.push(documentation);
    markdown.push(documentation);
  }
  if (detail === 1 && tags.length > 0) {
    plain.push(tags.map(tag => `@${tag.name} ${tag.text}`).join('\n'));
    markdown.push(
      tags
        .map(tag => (tag.name === 'example' ? `\`\`\`ts\n${tag.text}\n\`\`\`` : `*@${tag.name}* ${tag.text}`))
        .join('\n\n'),
    );
  }
  return { 'text/plain': plain.join('\n\n'), 'text/markdown': markdown.join('\n\n') };
}

function quickInfo(service: ts.LanguageService, file: string, position: number): ts.QuickInfo | undefined {
  const info = service.getQuickInfoAtPosition(file, position);
  return info?.displayParts === undefined || info.displayParts.length === 0 ? undefined : info;
}
