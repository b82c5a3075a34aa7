/** Breaks in lines and what else cannot be seen, which would end a paragraph or hide what follows. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Text as Markdown that shows it letter by letter, wherever in a line it stands, a code span aside, which shows the references: no character of it that Markdown,
 * HTML or a typesetter of formulas goes by is there as itself.
 *
 * @example markdownText('**5** < 6') // '&#42;&#42;5&#42;&#42; &#60; 6'
 */
export function markdownText(text: string): string {
  const line = text.replace(UNSEEN, ' ');
  // Between two marks of the author's, nothing would join them to others: `**` and `**` are a rule.
  if (line === '') return '&#8203;';
  // What begins or ends with a space would end emphasis, or indent a line to code; a digit that begins a line may number a list.
  return line
    .replace(/[!-/:-@[-`{-~]/g, character => reference(character))
    .replace(/^[ \d]/, character => reference(character))
    .replace(/ $| (?= )/g, character => reference(character));
}

/** `$` and `\` get an element of their own, since typesetters of formulas look for pairs in the text that is shown. */
function reference(character: string): string {
  const written = `&#${character.charCodeAt(0)};`;
  return character === '$' || character === '\\' ? `<span>${written}</span>` : written;
}
