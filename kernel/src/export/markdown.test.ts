import { describe, expect, test } from 'vitest';
import { highlighted } from './highlight.js';
import { MarkdownPages } from './markdown.js';
import { isActive, sanitized } from './sanitize.js';

const html = (markdown: string, attachments = {}): string => new MarkdownPages().html(markdown, attachments);

/** What would run, load, cover or leave the page, in any writing. */
const HARM =
  /<\s*(?:script|style|iframe|object|embed|svg|math|form|input|button|base|meta|link|template|textarea)\b|[\s"'/]on\w+\s*=|javascript:|vbscript:|data:text|\bstyle\s*=|srcset|<img[^>]*src="(?!data:image\/)/i;

describe('Markdown of a notebook', () => {
  test('is text, lists, tables and code', () => {
    const made = html(
      '# Bars\n\nText with `code`, **bold** and <kbd>Shift</kbd>.\n\n| a | b |\n|--|--|\n| 1 | 2 |\n',
    );
    expect(made).toContain('<h1 id="text-bars">Bars</h1>');
    expect(made).toContain('<code>code</code>');
    expect(made).toContain('<strong>bold</strong>');
    expect(made).toContain('<kbd>Shift</kbd>');
    expect(made).toContain('<td>1</td>');
  });

  test('its headings have ids of their own, which differ', () => {
    const pages = new MarkdownPages();
    pages.html('# A b\n## A b\n## <i>C</i> & "d"');
    pages.html('### A b');
    expect(pages.headings).toEqual([
      { level: 1, id: 'text-a-b', text: 'A b' },
      { level: 2, id: 'text-a-b-2', text: 'A b' },
      { level: 2, id: 'text-c-d', text: 'C & "d"' },
      { level: 3, id: 'text-a-b-3', text: 'A b' },
    ]);
  });

  test('code of a language that is known is marked, and all of it is text', () => {
    expect(html('```ts\nconst a = "</code><script>x</script>";\n```')).toContain(
      '<span class="page-tok-keyword">const</span>',
    );
    expect(html('```ts\nconst a = "</code><script>x</script>";\n```')).not.toMatch(/<script/);
  });

  test('pictures of the cell are in it, others are their text', () => {
    const picture = { 'image/png': 'AAAA' };
    expect(html('![of it](attachment:a.png)', { 'a.png': picture })).toContain(
      '<img src="data:image/png;base64,AAAA" alt="of it" />',
    );
    expect(html('![of it](https://example.com/a.png)')).toContain('<em>[of it]</em>');
    expect(html('![](../../secret.png)')).toContain('<em>[picture]</em>');
  });

  test.each([
    '<script>alert(1)</script>',
    '<ScRiPt src=//evil></sCrIpT>',
    '<img src=x onerror=alert(1)>',
    '<img src="data:text/html,<script>1</script>">',
    '<a href="javascript:alert(1)">a</a>',
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt&colon;alert(1))',
    '[a](data:text/html;base64,PHNjcmlwdD4=)',
    '[a](vbscript:x)',
    '<a href="java\nscript:alert(1)">a</a>',
    '<svg onload=alert(1)><script>1</script></svg>',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<iframe srcdoc="<script>1</script>"></iframe>',
    '<style>*{display:none}</style>',
    '<div style="position:fixed;inset:0" onclick="x">a</div>',
    '<form action=https://evil><input name=a><button>b</button></form>',
    '<base href="https://evil/"><meta http-equiv="refresh" content="0;url=https://evil"><link rel=stylesheet href=//evil>',
    '<template><script>1</script></template><textarea></textarea><script>1</script>',
    '<!--><script>alert(1)</script-->',
    '<img srcset="https://evil 1x" src="https://evil">',
    '`</code><script>alert(1)</script>`',
    '# <script>1</script> <img src=x onerror=alert(1)>',
  ])('%s does no harm', markdown => {
    const made = html(markdown).replaceAll(/&lt;[^&]*&gt;/g, '');
    expect(made).not.toMatch(HARM);
  });

  test('classes and ids of the page cannot be taken', () => {
    const made = sanitized('<div id="millrace-bar" class="page-Bar page-Right" name="x">a</div>');
    expect(made).toBe('<div class="page-Right">a</div>');
  });
});

test('tables of ours keep their sides', () => {
  expect(
    sanitized('<table><tr><td style="text-align:right;white-space:nowrap;color:red">1</td></tr></table>'),
  ).toBe('<table><tr><td class="page-Right page-NoWrap">1</td></tr></table>');
});

test('HTML that needs its scripts or styles is known', () => {
  expect(isActive('<b>a</b><script>1</script>')).toBe(true);
  expect(isActive('<table></table>')).toBe(false);
});

describe('code', () => {
  test('is marked, and escaped everywhere', () => {
    expect(highlighted('const a = `x ${1 /* b */}\n<y>`; // <c>')).toBe(
      [
        '<span class="page-tok-keyword">const</span> a = <span class="page-tok-string">`x ${</span><span class="page-tok-number">1</span> <span class="page-tok-comment">/* b */</span><span class="page-tok-string">}</span>',
        '<span class="page-tok-string">&lt;y&gt;`</span>; <span class="page-tok-comment">// &lt;c&gt;</span>',
      ].join('\n'),
    );
  });

  test('has no keywords behind a point', () => {
    expect(highlighted('t.symbol.delete')).toBe('t.symbol.delete');
  });

  test.each(['%who', "const x = '", '`${`${`', '/*', '</script>', 'a <b> c', 'é\u2028x', ''])(
    'that is %j stays what it is',
    code => {
      const text = highlighted(code)
        .replaceAll(/<\/?span[^>]*>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&');
      expect(text).toBe(code);
    },
  );
});
