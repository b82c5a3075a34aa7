import { describe, expect, test } from 'vitest';
import { htmlOf, MarkdownPages } from './markdown.js';

/** What would run, load, or break out of where it stands. */
const HARM = /<\s*(?:script|style|iframe|svg|img|a)\b|<[^>]*\s(?:on\w+|style|href|src|class="(?!tml-))\s*=/i;

describe('formulas in Markdown', () => {
  test('are MathML: in a line, by themselves, and as environments', () => {
    expect(htmlOf('The *mean* is $\\bar x = \\frac{1}{n}\\sum x_i$, as ever.')).toMatch(
      /^<p>The <em>mean<\/em> is <math><m.*<mfrac>.*<\/math>, as ever\.<\/p>\n$/s,
    );
    expect(htmlOf('Text\n\n$$\nx^2\n$$\n\nmore')).toMatch(
      /<p>Text<\/p>\n<p><math display="block">.*<msup>.*<\/math><\/p>\n<p>more<\/p>/s,
    );
    expect(htmlOf('Text\n$$x^2$$\nmore')).toMatch(/<p>Text<\/p>\n<p><math display="block">/);
    expect(htmlOf('of $$x^2$$ in a line')).toMatch(/<p>of <math display="block">.* in a line/s);
    expect(htmlOf('\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}')).toMatch(/<mtable/);
    expect(htmlOf('$\\color{red}{y}$')).toContain('mathcolor="#ff0000"');
  });

  test('stand in headings and tables', () => {
    const pages = new MarkdownPages();
    expect(pages.html('## The $\\alpha$ of it')).toMatch(/<h2 id="text-the-α-of-it">The <math>/);
    expect(htmlOf('| a |\n|---|\n| $x$ |')).toMatch(/<td><math>/);
  });

  test('leave money, code and what was escaped alone', () => {
    expect(htmlOf('from $5 to $6, and $7')).not.toContain('<math');
    expect(htmlOf('`$x$` and \\$x\\$')).toBe('<p><code>$x$</code> and $x$</p>\n');
    expect(htmlOf('```\n$$x$$\n```')).not.toContain('<math');
    expect(htmlOf('a $ b $ c')).not.toContain('<math');
  });

  test('that are none are shown as they are written', () => {
    expect(htmlOf('$\\frac{a}$')).toMatch(
      /<code class="page-Formula" title="This formula cannot be shown: .*">/,
    );
    expect(htmlOf('$\\nosuchcommand$')).toContain('\\nosuchcommand</code>');
  });

  test.each([
    '$\\href{javascript:alert(1)}{x}$',
    '$\\url{https://example.com}$',
    '$\\includegraphics{https://example.com/a.png}$',
    '$\\class{page-Head}{x}$ $\\style{color:red;background:url(x)}{x}$ $\\data{a=b}{x}$ $\\id{content}{x}$',
    '$\\text{<img src=x onerror=alert(1)>}$',
    '$\\text{</math><script>alert(1)</script>}$',
    '![$\\text{" onerror="alert(1)}$](attachment:none.png)',
    '<b title="$\\text{" onerror="alert(1)}$">x</b>',
    '[$\\text{" onclick="alert(1)}$](mailto:a "$\\text{" onclick="x}$")',
    '\uf8f00\uf8f1 \uf8f09\uf8f1',
    '$\\frac{<script>}$ $" onerror="alert(1)\\frac$',
  ])('harm nothing: %s', markdown => {
    const made = htmlOf(markdown).replaceAll(/<a href="mailto:a"[^>]*>/g, '');
    expect(made.replaceAll('class="page-Formula"', '')).not.toMatch(HARM);
    expect(made).not.toMatch(/[\uf8f0\uf8f1]/);
  });

  test('are bounded', () => {
    for (const text of ['$$', '$a', '$ a$', '\\begin{align}\n', '$$\n'])
      for (const count of [550, 20_000]) expect(htmlOf(text.repeat(count))).toBeTypeOf('string');
    expect(htmlOf(`$${'{'.repeat(900)}$ $${'\\frac{'.repeat(160)}$`)).toBeTypeOf('string');
    expect(htmlOf('$\\def\\a{\\a\\a}\\a$')).toContain('page-Formula');
    expect(htmlOf('$x$ '.repeat(590)).match(/<math/g)).toHaveLength(500);
    expect(htmlOf('$\\rule{1000000em}{1000000em}$')).not.toContain('1000000');
  });

  test('macros of one do not reach another', () => {
    expect(htmlOf('$\\gdef\\x{1}\\x$ and $\\x$')).toMatch(/<math>.*page-Formula/s);
  });
});
