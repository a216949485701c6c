import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { createContext, useContext } from 'react';
import { EXAMPLES, type Example } from './examples.ts';

/** The role of who is logged in, for the list to mark what it may run; null when nobody is. */
export const ViewerRoleContext = createContext<string | null>(null);

/** The list of example operations, as a pane of the editor. */
export const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: 'Examples',
  icon: ExamplesIcon,
  content: ExamplesPane,
};

function ExamplesPane() {
  const role = useContext(ViewerRoleContext);
  const open = useOpenExample();
  return (
    <section className="examples" aria-labelledby="examples-title">
      <h2 id="examples-title" className="graphiql-doc-explorer-title">
        Examples
      </h2>
      <p className="examples-intro">A click opens one in a new tab; the play button runs it.</p>
      <ul className="examples-list">
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" className="example" onClick={() => open(example)}>
              <span className="example-title">{example.title}</span>
              <span className="example-description">{example.description}</span>
              <RoleNote example={example} role={role} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Says who may run an example, unless the viewer may. */
function RoleNote({ example, role }: { example: Example; role: string | null }) {
  const allowed: readonly string[] = example.roles;
  if (role !== null && (allowed.length === 0 || allowed.includes(role))) return null;
  const names = allowed.map(nameOfRole).join(' or ');
  return <span className="example-roles">{names === '' ? 'Needs a log-in' : `Needs the role ${names}`}</span>;
}

/** A role as people write it: "delivery boy". */
export function nameOfRole(role: string): string {
  return role.toLowerCase().replaceAll('_', ' ');
}

/** Opens an example in a new tab, or in the current one when that is empty. */
function useOpenExample(): (example: Example) => void {
  const { addTab, updateActiveTabValues } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  return ({ query, variables }) => {
    if (queryEditor?.getValue().trim() !== '') addTab();
    const variablesText = variables === undefined ? '' : JSON.stringify(variables, null, 2);
    queryEditor?.setValue(query);
    variableEditor?.setValue(variablesText);
    updateActiveTabValues({ query, variables: variablesText });
    queryEditor?.focus();
  };
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 6.5h2M4 12h2M4 17.5h2M9.5 6.5H20M9.5 12H20M9.5 17.5H20" strokeLinecap="round" />
    </svg>
  );
}
