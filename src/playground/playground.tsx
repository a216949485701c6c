import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useMemo, useState } from 'react';
import { ChangePasswordForm } from './change-password-form.tsx';
import { createFetcher, type SchemaAccess } from './create-fetcher.ts';
import { createEditorStorage } from './editor-storage.ts';
import { readEmbeddedSchema } from './embedded-schema.ts';
import { WELCOME_QUERY } from './examples.ts';
import { EXAMPLES_PLUGIN, ViewerRoleContext } from './examples-plugin.tsx';
import { HeaderBar } from './header-bar.tsx';
import { Notice } from './notice.tsx';
import { useSession } from './use-session.ts';

/** The whole page: header, what the reader should know, and the editor. */
export function Playground() {
  const state = useSession();
  const { session, endedAt, end } = state;
  const [schemaAccess, setSchemaAccess] = useState<SchemaAccess>('unknown');
  // A new fetcher makes the editor ask for the schema again: another viewer may see another one.
  const fetcher = useMemo(
    () => createFetcher(session, { onSchemaAccess: setSchemaAccess, onUnauthenticated: end }),
    [session, end],
  );
  return (
    <div className="page">
      <HeaderBar state={state} />
      {endedAt && <EndedNotice endedAt={endedAt} />}
      {session?.mustChangePassword && <ChangePasswordForm changePassword={state.changePassword} />}
      <SchemaNotice access={schemaAccess} isLoggedIn={session !== null} />
      <main className="editor">
        <ViewerRoleContext value={session?.viewer.role ?? null}>
          <GraphiQL
            fetcher={fetcher}
            {...(SCHEMA && { schema: SCHEMA })}
            storage={STORAGE}
            plugins={PLUGINS}
            visiblePlugin={EXAMPLES_PLUGIN}
            defaultQuery={WELCOME_QUERY}
            defaultEditorToolsVisibility="variables"
            shouldPersistHeaders={false}
            schemaDescription
          >
            <GraphiQL.Logo>{null}</GraphiQL.Logo>
          </GraphiQL>
        </ViewerRoleContext>
      </main>
    </div>
  );
}

// GraphiQL starts anew whenever one of these is another object.
const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];
const STORAGE = createEditorStorage();
const SCHEMA = readEmbeddedSchema();

function EndedNotice({ endedAt }: { endedAt: Date }) {
  return (
    <Notice kind="warning">
      Your session ended at {endedAt.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}: its
      token expired or was revoked. Log in again; your tabs are still here.
    </Notice>
  );
}

function SchemaNotice({ access, isLoggedIn }: { access: SchemaAccess; isLoggedIn: boolean }) {
  if (access === 'unreachable') return <Notice kind="warning">The gateway does not answer.</Notice>;
  if (access !== 'refused') return null;
  return (
    <Notice kind="info">
      The schema is shown to admins and analysts only, so there is no documentation and no completion here.{' '}
      {isLoggedIn ? 'Operations that your role allows run all the same.' : 'Log in to see it.'}
    </Notice>
  );
}
