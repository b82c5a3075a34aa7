import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { SourceError } from '../../sources/error.js';
import type { World } from '../../sources/source.js';

/** Where clouds answer any process of a machine, with its credentials among other things. */
const LINK_LOCAL = listOf(
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
);
/** Addresses that mean another machine, or this one, depending on where one is. */
const NOT_PUBLIC = listOf(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/127',
  '64:ff9b:1::/48',
  'fc00::/7',
  'fec0::/10',
  'ff00::/8',
);

function listOf(...subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address, prefix] = subnet.split('/');
    list.addSubnet(address, Number(prefix), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** What a callback of `dns.lookup` is given. */
type Resolved = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Says of every address whether a session may connect to it (`World.reach`): after names have been resolved, so that no name leads where its
 * address may not. Hand `lookup` to what connects, and `check` each URL, those of redirects, too. Error `MR3506`.
 */
export class AddressGuard {
  /** `resolve`: what asks for the addresses of a name. */
  constructor(
    private readonly world: Pick<World, 'reach'>,
    private readonly resolve: typeof lookup = lookup,
  ) {}

  /** Throws where the host of a URL is an address that may not be connected to. Names are looked at when they are resolved. */
  check(url: URL): void {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.allows(host)) throw refused(url.hostname, host);
  }

  /** Whether an address may be connected to. */
  allows(address: string): boolean {
    const { reach = 'beyondLinkLocal' } = this.world;
    if (reach === 'all') return true;
    const plain = address.replace(/%.*$/, '');
    return [plain, ...embeddedIPv4(plain)].every(each => {
      const family = isIPv4(each) ? 'ipv4' : 'ipv6';
      return !LINK_LOCAL.check(each, family) && (reach !== 'public' || !NOT_PUBLIC.check(each, family));
    });
  }

  /** All addresses of a host, for those who connect to an address: what they are is looked at here, and nobody asks for them again. Error `MR3506`. */
  addressesOf(host: string): Promise<readonly string[]> {
    return new Promise((resolve, reject) =>
      this.lookup(host, { all: true }, (error, addresses) =>
        error === null
          ? resolve((addresses as LookupAddress[]).map(({ address }) => address))
          : reject(error),
      ),
    );
  }

  /** In the place of `dns.lookup`. */
  readonly lookup = (host: string, options: LookupOptions, done: Resolved): void => {
    this.resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      const denied = addresses.find(({ address }) => !this.allows(address));
      if (denied !== undefined) done(refused(host, denied.address), []);
      else if (options.all === true) done(null, addresses);
      else done(null, addresses[0].address, addresses[0].family);
    });
  };
}

function refused(host: string, address: string): SourceError {
  return new SourceError(
    'MR3506',
    `'${host}' is at ${address}, which may not be connected to from here.`,
    'Addresses of the link, where clouds keep credentials, are always refused, and on a server private ones, too.',
  );
}

/**
 * The IPv4 addresses that an IPv6 address stands for: mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96, 64:ff9b::/96, and in the /48 of
 * 64:ff9b:1::), of 6to4 (2002::/16), of Teredo (2001::/32, inverted), of ISATAP (::5efe:0:0 at the end), compatible (::/96).
 */
function embeddedIPv4(address: string): string[] {
  if (isIPv4(address)) return [];
  const groups = groupsOf(address);
  const dotted = (high: number, low: number): string =>
    [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const last = dotted(groups[6], groups[7]);
  if (groups[0] === 0x2002) return [dotted(groups[1], groups[2])];
  if (groups[0] === 0x2001 && groups[1] === 0)
    return [dotted(groups[2], groups[3]), dotted(groups[6] ^ 0xffff, groups[7] ^ 0xffff)];
  if (groups[0] === 0x64 && groups[1] === 0xff9b)
    return [last, dotted(groups[3], ((groups[4] & 255) << 8) | (groups[5] >> 8))];
  if ((groups[4] & 0xfdff) === 0 && groups[5] === 0x5efe) return [last];
  const isLow = groups.slice(0, 4).every(group => group === 0);
  const [, , , , four, five, six] = groups;
  const isMapped = (four === 0 && five === 0xffff) || (four === 0xffff && five === 0);
  return isLow && (isMapped || (four === 0 && five === 0 && six !== 0)) ? [last] : [];
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const plain = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a: string, b: string, c: string, d: string) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map(group => group.toString(16)).join(':'),
  );
  const [head, tail = ''] = plain.split('::');
  const parts = (text: string): number[] =>
    text === '' ? [] : text.split(':').map(group => parseInt(group, 16));
  const [before, after] = [parts(head), parts(tail)];
  if (!plain.includes('::')) return before;
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
