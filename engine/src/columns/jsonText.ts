/** Reading of canonical JSON text (see `json.ts`) in place: values are slices of it, so that nothing is parsed, built or rounded. */

/** What a JSON value is. */
type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** The kind of a canonical text. */
export function jsonKind(text: string): JsonKind {
  switch (text[0]) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}

/** The characters of a canonical string. */
export function jsonString(text: string): string {
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

/** The items of an array, or the keys (as canonical strings) and values of an object by turns; empty for anything else. */
export function jsonParts(text: string): string[] {
  const kind = jsonKind(text);
  const parts: string[] = [];
  if (kind !== 'object' && kind !== 'array') return parts;
  let at = 1;
  while (at < text.length - 1) {
    const end = valueEnd(text, at);
    parts.push(text.slice(at, end));
    // Behind it a comma or a colon, or the closing bracket.
    at = end + 1;
  }
  return parts;
}

/** The value of a key of an object; null where there is none. */
export function jsonMember(text: string, key: string): string | null {
  if (text[0] !== '{') return null;
  const wanted = JSON.stringify(key);
  let at = 1;
  while (at < text.length - 1) {
    const keyEnd = valueEnd(text, at);
    const end = valueEnd(text, keyEnd + 1);
    if (keyEnd - at === wanted.length && text.startsWith(wanted, at)) return text.slice(keyEnd + 1, end);
    at = end + 1;
  }
  return null;
}

/** The item of an array at a place from 0, or from -1 for the last; null where there is none. */
export function jsonItem(text: string, place: number): string | null {
  if (text[0] !== '[') return null;
  return jsonParts(text).at(place) ?? null;
}

/** Where the value that starts at `from` ends. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  for (;;) {
    switch (text[at]) {
      case '"':
        at = stringEnd(text, at);
        break;
      case '{':
      case '[':
        depth++;
        at++;
        break;
      case '}':
      case ']':
        depth--;
        at++;
        break;
      default:
        at++;
    }
    if (depth === 0 && (at >= text.length || ',:}]'.includes(text[at]))) return at;
  }
}

function stringEnd(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
