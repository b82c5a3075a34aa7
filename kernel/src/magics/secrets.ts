/** Names of environment variables whose values are not shown. */
const SECRET =
  /(^|_)(KEY|KEYS|TOKEN|TOKENS|SECRET|SECRETS|PASS|PASSWORD|PASSWORDS|PASSWD|PASSPHRASE|PWD|CREDENTIAL|CREDENTIALS|AUTH|COOKIE|SESSION|PRIVATE|SIGNATURE|DSN)(_|$|\d)|APIKEY|PASSWORD|SECRET|TOKEN|CREDENTIAL/i;

/** What is shown instead of a secret: its length is one too. */
export const MASK = '••••••';

/** Whether a variable's name sounds as if its value were secret. */
export function isSecretName(name: string): boolean {
  // The folders of a shell.
  return name !== 'PWD' && name !== 'OLDPWD' && SECRET.test(name);
}

/** A value of the environment as it may be shown: passwords inside addresses are not. */
export function shownValue(name: string, value: string): string {
  if (isSecretName(name)) return MASK;
  return value.replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/@]+@/gi, `$1${MASK}@`);
}

/** A cell's text without the values that its `%env` gives to secrets: what may be kept in a file. */
export function withoutSecrets(code: string): string {
  return code.replace(
    /^([^\S\n]*%env[^\S\n]+)([^\s=]+)=([^\n]*)$/gm,
    (_, before: string, name: string, value: string) => {
      return `${before}${name}=${shownValue(name, value)}`;
    },
  );
}
