/** What the gateway answered. */
export interface GraphqlAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly data: any;
  readonly errors: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; argument?: string };
  }[];
  /** `extensions.code` of the first error. */
  readonly code: string | undefined;
}

/** Sends an operation over HTTP, as clients do. */
export type GraphqlClient = (query: string, variables?: Record<string, unknown>) => Promise<GraphqlAnswer>;

export function graphqlClient(url: string, accessToken?: string): GraphqlClient {
  return async (query, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data = null, errors = [] } = (await response.json()) as Partial<GraphqlAnswer>;
    return { status: response.status, data, errors, code: errors[0]?.extensions.code };
  };
}
