import type { IntrospectionQuery } from 'graphql';

/** The schema that the server wrote into the page, where it is public; undefined where the page has to ask. */
export function readEmbeddedSchema(): IntrospectionQuery | undefined {
  const json = document.getElementById('gateway-schema')?.textContent;
  return json ? (JSON.parse(json) as IntrospectionQuery) : undefined;
}
