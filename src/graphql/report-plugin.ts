import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../context.ts';
import { faultOf } from './format-error.ts';

/** Gets every error that is not the caller's own, and the id of the request, when it has come that far. */
export type Report = (error: unknown, requestId?: string) => void;

/** Tells the log of what went wrong, whole, by the id that the caller gets in `x-request-id`. */
export function reportPlugin(report: Report): ApolloServerPlugin<RequestContext> {
  const reportFaults = (errors: readonly unknown[], requestId?: string) => {
    for (const error of errors) {
      const fault = faultOf(error);
      if (fault !== null) report(fault, requestId);
    }
  };
  return {
    async requestDidStart({ contextValue }) {
      return {
        async didEncounterErrors({ errors }) {
          reportFaults(errors, contextValue.requestId);
        },
      };
    },
    async contextCreationDidFail({ error }) {
      reportFaults([error]);
    },
    async unexpectedErrorProcessingRequest({ requestContext, error }) {
      reportFaults([error], requestContext.contextValue.requestId);
    },
  };
}
