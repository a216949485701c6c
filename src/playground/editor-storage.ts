import type { GraphiQLProps } from 'graphiql';

/**
 * Where the editor keeps its state. Theme and pane sizes stay in localStorage; tabs, queries, variables and
 * history end with the browser tab, because they hold customers' names, phones and, in a mutation, passwords.
 */
export function createEditorStorage(): NonNullable<GraphiQLProps['storage']> {
  const storeFor = (key: string) => (LASTING_KEY.test(key) ? localStorage : sessionStorage);
  const keys = () =>
    [localStorage, sessionStorage].flatMap((store) => Object.keys(store).filter(isEditorKey));
  return {
    getItem: (key) => storeFor(key).getItem(key) ?? DEFAULTS[key] ?? null,
    setItem: (key, value) => storeFor(key).setItem(key, value),
    removeItem: (key) => storeFor(key).removeItem(key),
    clear: () => {
      for (const key of keys()) storeFor(key).removeItem(key);
    },
    get length() {
      return keys().length;
    },
  };
}

/** The width of the left pane relative to the rest: a third, GraphiQL's own, leaves answers too little room. */
const DEFAULTS: Record<string, string> = { 'graphiql:docExplorerFlex': '0.26' };

const LASTING_KEY = /^graphiql:(theme|\w*Flex)$/;

function isEditorKey(key: string): boolean {
  return key.startsWith('graphiql:');
}
