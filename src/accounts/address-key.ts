import { isIPv6 } from 'node:net';

/**
 * What counts as one client: an IPv4 address, or the /64 network of an IPv6 address, since whoever has one has all of
 * it. Text that is no address stands for itself.
 */
export function addressKey(clientAddress: string): string {
  const [address = ''] = clientAddress.split('%');
  if (!isIPv6(address)) return clientAddress;
  const mapped = mappedIPv4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  // In the first four groups "::" can only stand for zeros, unless what follows it reaches that far back.
  const following = tail === undefined || tail === '' ? [] : tail.split(':');
  const width = (list: readonly string[]) => list.length + (list.at(-1)?.includes('.') === true ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - width(groups) - width(following);
  const whole = [...groups, ...Array.from({ length: zeros }, () => '0'), ...following];
  return `${whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const mappedIPv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
