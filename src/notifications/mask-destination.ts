/** An address as the answer to whoever caused a message names it: `j***@example.com`, `******3211`. */
export function maskDestination(destination: string): string {
  const at = destination.lastIndexOf('@');
  if (at < 1) return `******${destination.slice(-4)}`;
  return `${[...destination][0]}***${destination.slice(at)}`;
}
