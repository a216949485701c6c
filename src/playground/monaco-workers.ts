import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

/**
 * Tells Monaco where its three workers are. GraphiQL's own `graphiql/setup-workers/vite` does the same from
 * inside `node_modules`, where Vite's development server pre-bundles it and fails on the `?worker` imports.
 */
export function installMonacoWorkers(): void {
  window.MonacoEnvironment = {
    getWorker(_workerId: string, label: string) {
      if (label === 'json') return new JsonWorker();
      if (label === 'graphql') return new GraphQLWorker();
      return new EditorWorker();
    },
  };
}
