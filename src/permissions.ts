import { createRequire } from 'node:module';
import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { applyMiddleware, type IMiddlewareTypeMap } from 'graphql-middleware';
import type { ViewerRole } from './accounts/viewer.ts';
import type { RequestContext } from './context.ts';
import { AppError } from './errors.ts';
import type { Mutation, Query } from './graphql/generated/schema-types.ts';

/**
 * graphql-shield's ES build imports `isUndefined` from node's `util`, which Node 23 removed, and so does not load there; its
 * CommonJS build does, and needs that function in `chain` and `race` alone, which are not used here.
 */
const { deny, rule, shield }: typeof import('graphql-shield') = createRequire(import.meta.url)(
  'graphql-shield',
);

/**
 * Who may use a field: anybody at all; nobody in particular or somebody, but not with credentials that are no good;
 * everybody who is logged in, with a temporary password too; or logins of some roles that have chosen their password.
 */
export type Access = 'anybody' | 'nobodyOrSomebody' | 'temporaryPasswordToo' | readonly ViewerRole[];

/** Who may export lists, which are masked for analysts as they are in the API. */
export const exportAccess = ['ADMIN', 'ANALYST'] as const satisfies Access;

type RootFields<Root> = Exclude<keyof Root, '__typename'>;

/**
 * Every root field, and every field that loads further records; what is not named is denied. Adding a root field to the
 * schema without a line here does not compile.
 */
export const permissions = {
  Query: {
    me: 'nobodyOrSomebody',
    customer: ['ADMIN', 'ANALYST', 'CUSTOMER'],
    customers: ['ADMIN', 'ANALYST'],
    findCustomer: ['ADMIN', 'ANALYST'],
    loginDiagnosis: ['ADMIN', 'ANALYST'],
    deliveryBoys: ['ADMIN', 'ANALYST'],
    myDeliveries: ['DELIVERY_BOY'],
    auditEvents: ['ADMIN'],
    linkageAudit: ['ADMIN', 'ANALYST'],
    dataQualityReport: ['ADMIN', 'ANALYST'],
    dashboard: ['ADMIN', 'ANALYST'],
    billingCustomers: ['ADMIN', 'ANALYST'],
    failedNotifications: ['ADMIN'],
    backfillRun: ['ADMIN', 'ANALYST'],
    backfillRuns: ['ADMIN', 'ANALYST'],
    releaseRun: ['ADMIN'],
    releasePreview: ['ADMIN'],
    repairRun: ['ADMIN'],
  } satisfies Record<RootFields<Query>, Access>,
  Mutation: {
    login: 'anybody',
    refreshSession: 'anybody',
    logout: 'anybody',
    changePassword: 'temporaryPasswordToo',
    setEmail: ['ADMIN', 'ANALYST', 'CUSTOMER', 'DELIVERY_BOY'],
    confirmEmail: 'anybody',
    forgotPassword: 'anybody',
    resetPassword: 'anybody',
    resendCredentials: ['ADMIN'],
    resendNotification: ['ADMIN'],
    confirmLink: ['CUSTOMER'],
    requestLinkCode: ['CUSTOMER'],
    createStaff: ['ADMIN'],
    setRole: ['ADMIN'],
    setLoginActive: ['ADMIN'],
    unlockLogin: ['ADMIN'],
    createCustomer: ['ADMIN'],
    importCustomers: ['ADMIN'],
    updateCustomer: ['ADMIN'],
    createLogin: ['ADMIN'],
    createDeliveryRecord: ['ADMIN'],
    linkCustomer: ['ADMIN'],
    unlinkCustomer: ['ADMIN'],
    clearLink: ['ADMIN'],
    assignDeliveryBoy: ['ADMIN'],
    assignDeliveryBoys: ['ADMIN'],
    assignArea: ['ADMIN'],
    unassignDeliveryBoy: ['ADMIN'],
    startBackfill: ['ADMIN'],
    pauseBackfill: ['ADMIN'],
    resumeBackfill: ['ADMIN'],
    cancelBackfill: ['ADMIN'],
    retryBackfillFailures: ['ADMIN'],
    releaseCredentials: ['ADMIN'],
    pauseRelease: ['ADMIN'],
    resumeRelease: ['ADMIN'],
    cancelRelease: ['ADMIN'],
    revertBatch: ['ADMIN'],
  } satisfies Record<RootFields<Mutation>, Access>,
  DeliveryBoy: { customers: ['ADMIN', 'ANALYST'] },
  AuditFinding: { customers: ['ADMIN', 'ANALYST'] },
  BackfillRun: { createdCustomers: ['ADMIN', 'ANALYST'], failures: ['ADMIN', 'ANALYST'] },
  ReleaseRun: { skipped: ['ADMIN'] },
  RepairRun: { skipped: ['ADMIN'] },
  DataQualityReport: { trend: ['ADMIN', 'ANALYST'] },
  Dashboard: { byArea: ['ADMIN', 'ANALYST'], growth: ['ADMIN', 'ANALYST'] },
  DeliveryBoyConnection: { count: ['ADMIN', 'ANALYST'] },
  AssignedCustomerConnection: { count: ['DELIVERY_BOY'] },
  AuditEventConnection: { count: ['ADMIN'] },
  CustomerConnection: { count: ['ADMIN', 'ANALYST'] },
  /** Of a log-in's own answer too, when the request itself came from nobody. */
  Viewer: { customer: 'anybody', linkConfirmationPending: 'anybody' },
} satisfies Record<string, Record<string, Access>>;

/**
 * Puts the table before the resolvers of a schema.
 *
 * graphql-shield wraps every field of every type; only the types of the table keep its wrapping, and their fields without
 * a resolver lose it, so that rows of a list are read as fast as without it.
 */
export function withPermissions(schema: GraphQLSchema): GraphQLSchema {
  const rules = Object.fromEntries(
    Object.entries(permissions).map(([type, fields]) => [
      type,
      {
        ...(rootTypes.includes(type) && { '*': deny }),
        ...Object.fromEntries(
          Object.entries<Access>(fields).map(([field, access]) => [field, accessRule(access)]),
        ),
      },
    ]),
  );
  const generated = shield<unknown, RequestContext>(rules, {
    allowExternalErrors: true,
    fallbackError: new AppError('FORBIDDEN', 'This is not for you.'),
  }).generate(schema) as IMiddlewareTypeMap;
  const kept = Object.fromEntries(
    Object.entries(rules).map(([type, fields]) => [
      type,
      onlyFields(generated[type], rootTypes.includes(type) ? null : Object.keys(fields)),
    ]),
  );
  const guarded = applyMiddleware(schema, kept as IMiddlewareTypeMap);
  stripDefaultResolvers(guarded);
  return guarded;
}

const rootTypes: readonly string[] = ['Query', 'Mutation'];

/** @throws AppError UNAUTHENTICATED, PASSWORD_CHANGE_REQUIRED or FORBIDDEN. */
export function requireAccess(
  access: Access,
  { viewer, authenticationError }: Pick<RequestContext, 'viewer' | 'authenticationError'>,
): void {
  if (access === 'anybody') return;
  if (access === 'nobodyOrSomebody') {
    if (authenticationError !== null) throw authenticationError;
    return;
  }
  if (viewer === null) throw authenticationError ?? new AppError('UNAUTHENTICATED', 'Log in first.');
  if (access === 'temporaryPasswordToo') return;
  if (viewer.mustChangePassword)
    throw new AppError('PASSWORD_CHANGE_REQUIRED', 'Choose a new password first.');
  if (!access.includes(viewer.role)) throw new AppError('FORBIDDEN', 'This is not for you.');
}

function accessRule(access: Access) {
  return rule({ cache: 'no_cache' })((_parent, _arguments, context: RequestContext) => {
    try {
      requireAccess(access, context);
      return true;
    } catch (error) {
      return error as Error;
    }
  });
}

function onlyFields(middleware: unknown, fields: readonly string[] | null): unknown {
  if (fields === null || typeof middleware !== 'object' || middleware === null) return middleware;
  return Object.fromEntries(Object.entries(middleware).filter(([field]) => fields.includes(field)));
}

function stripDefaultResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve === defaultFieldResolver) delete (field as { resolve?: unknown }).resolve;
    }
  }
}
