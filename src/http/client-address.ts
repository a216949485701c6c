import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Reads the address of the client behind the proxies that are trusted. */
export type ClientAddressReader = (request: IncomingMessage) => string;

/**
 * @param trustedProxies Addresses or CIDR ranges. `X-Forwarded-For` is read from the right and believed as long as the
 *   address that wrote it is one of them; without any, it is ignored.
 */
export function clientAddressReader(trustedProxies: readonly string[]): ClientAddressReader {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', prefix] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (request) => {
    let address = withoutMapping(request.socket.remoteAddress ?? '');
    if (trustedProxies.length === 0) return address;
    const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
    for (const hop of forwarded.reverse()) {
      const before = withoutMapping(hop.trim());
      if (!isTrusted(address) || isIP(before) === 0) break;
      address = before;
    }
    return address;
  };
}

/** IPv4 addresses reach a dual-stack socket as `::ffff:127.0.0.1`. */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}
