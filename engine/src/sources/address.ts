/** Names of parameters whose values are nobody's business. */
const SECRET = /key|token|secret|pass|auth|sign|session|credential/i;
/** Long runs of letters and digits are keys, whatever they are called. */
const KEY_LIKE = /^[\w+/=-]{24,}$/;

/** An address as it may be shown and kept: without user and password, and without what looks like a key in its path or parameters. */
export function publicAddress(address: string): string {
  if (!URL.canParse(address)) return '';
  const url = new URL(address);
  url.username = url.password = url.hash = '';
  for (const [name, value] of [...url.searchParams]) {
    if (SECRET.test(name) || KEY_LIKE.test(value)) url.searchParams.set(name, 'removed');
  }
  url.pathname = url.pathname
    .split('/')
    .map(part => (KEY_LIKE.test(part) ? 'removed' : part))
    .join('/');
  // Separators of streams stay as people write them.
  return url.href.replaceAll('%40', '@').replaceAll('%2F', '/').replace(/\/$/, '');
}
