/** An element with a class and children. Text is always a text node: nothing here ever reads HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  if (className !== '') node.className = className;
  node.append(...children);
  return node;
}

/** Sets an element's text where it differs, by its one text node, so that nothing is laid out anew without need. */
export function setText(node: Element, text: string): void {
  const { firstChild } = node;
  if (firstChild instanceof Text && firstChild === node.lastChild) {
    if (firstChild.data !== text) firstChild.data = text;
  } else {
    node.textContent = text;
  }
}

/** Sets an attribute where it differs, or takes it away. */
export function setAttribute(node: Element, name: string, value: string | null): void {
  if (value === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

/** What tests and styles read of an element, as its `data-millrace-` attributes. */
export function setData(node: Element, values: Readonly<Record<string, string | number | boolean>>): void {
  for (const [name, value] of Object.entries(values))
    setAttribute(node, `data-millrace-${name}`, String(value));
}
