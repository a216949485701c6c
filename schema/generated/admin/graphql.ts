/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Who delivers to whom. */
export type AssignDeliveryBoyInput = {
  /** The customer: an id, e-mail, phone in any spelling, or whole name. */
  customer: string;
  /** The delivery boy: an id, e-mail, phone or whole name. */
  deliveryBoy: string;
};

/** A reason why a customer cannot be billed as the data is. */
export type BillingIssue =
  /** The links of this customer contradict each other. */
  | 'LINK_CONFLICT'
  /** There is no address. */
  | 'NO_ADDRESS'
  /** There is only a login. */
  | 'NO_DELIVERY_RECORD'
  /** There is no valid phone number. */
  | 'NO_PHONE';

/** How far a count can be trusted. */
export type CountPrecision =
  /** The list has at least so many entries; it was not counted to its end. */
  | 'AT_LEAST'
  /** The length of the list. */
  | 'EXACT';

/** A new customer. */
export type CreateCustomerInput = {
  /** Where to deliver; at most 500 characters. */
  address: string;
  /** With ADOPT and several candidates: which one. */
  adoptCustomerId?: string | number | null | undefined;
  /** Delivery area; at most 100 characters. */
  area: string;
  /** An active delivery boy. */
  deliveryBoyId?: string | number | null | undefined;
  /** An address that receives mail; absent for none. */
  email?: string | null | undefined;
  /** At most 200 characters. The same key answers with the first call's result for 24 hours, so that a call can be repeated safely. */
  idempotencyKey?: string | null | undefined;
  /** At most 200 characters. */
  name: string;
  /** What to do when somebody has this phone or e-mail already. */
  onExisting?: OnExisting | null | undefined;
  /** In any spelling; without a country code, of the configured region. */
  phone: string;
  /** Of the delivery record. */
  status?: CustomerStatusInput | null | undefined;
};

/** Which customers are wanted. Conditions are combined with AND; the values of a list with OR. */
export type CustomerFilter = {
  /** Parts of town, as stored. At most 200. */
  area?: Array<string> | null | undefined;
  /** Whether the customer can log in now. */
  canLogin?: boolean | null | undefined;
  /** Made later than this. */
  createdAfter?: string | null | undefined;
  /** Made earlier than this; later than `createdAfter`. */
  createdBefore?: string | null | undefined;
  /** Customers of this delivery boy. */
  deliveryBoyId?: string | number | null | undefined;
  /** Whether there is an area. Customers without a delivery record have none. */
  hasArea?: boolean | null | undefined;
  /** Whether a delivery boy who exists is assigned. */
  hasDeliveryBoy?: boolean | null | undefined;
  /** Whether there is a delivery record. */
  hasDeliveryRecord?: boolean | null | undefined;
  /** Whether there is a login. */
  hasLogin?: boolean | null | undefined;
  /** Whether the status is ACTIVE. */
  isActive?: boolean | null | undefined;
  /** States of the link. */
  linkState?: Array<LinkState> | null | undefined;
  /** Whether there is no login with a deliverable address. */
  missingEmail?: boolean | null | undefined;
  /** Prefix of any word of the name, a phone in any spelling, an e-mail or a word before its @, or an id; case and punctuation do not matter. At most 200 characters. */
  search?: string | null | undefined;
  /** Statuses. */
  status?: Array<CustomerStatus> | null | undefined;
};

/** In which order customers are listed. */
export type CustomerOrder = {
  /** In which direction. */
  direction: OrderDirection;
  /** By what. */
  field: CustomerOrderField;
};

/** What customers are ordered by. */
export type CustomerOrderField =
  /** By `createdAt`; customers for whom it is not known count as the oldest. */
  | 'CREATED_AT'
  /** By name, case and accents aside; no name counts as later than any. */
  | 'NAME';

/** The status of the delivery record; of a customer who has only a login, whether it is active. */
export type CustomerStatus =
  /** Deliveries are running. */
  | 'ACTIVE'
  /** No deliveries. */
  | 'INACTIVE'
  /** Any other text, found in `delivery.statusText`. */
  | 'OTHER'
  /** Deliveries are paused. */
  | 'PAUSED'
  /** Trying the service. */
  | 'TRIAL';

/** A status that a delivery record can be given. */
export type CustomerStatusInput =
  /** Deliveries are running. */
  | 'ACTIVE'
  /** No deliveries any more. */
  | 'INACTIVE'
  /** Deliveries are paused. */
  | 'PAUSED'
  /** Trying the service. */
  | 'TRIAL';

/** Whether the two systems agree about every customer. */
export type DataQualityStatus =
  /** Every record is linked both ways. */
  | 'HEALTHY'
  /** Some record is not, or there is none. */
  | 'NEEDS_ATTENTION';

/** Why something was refused: the codes of `extensions.code`. */
export type ErrorCode =
  /** A value is wrong; the argument or field is named. */
  | 'BAD_USER_INPUT'
  /** What is stored stands against it. */
  | 'CONFLICT'
  /** This is not for whoever asks. */
  | 'FORBIDDEN'
  /** Something went wrong in the gateway. */
  | 'INTERNAL_SERVER_ERROR'
  /** A log-in or current password is not right. */
  | 'INVALID_CREDENTIALS'
  /** A link or code is wrong, was used, or has expired. */
  | 'INVALID_OR_EXPIRED_TOKEN'
  /** There is no such record. */
  | 'NOT_FOUND'
  /** A temporary password is good for choosing another only. */
  | 'PASSWORD_CHANGE_REQUIRED'
  /** What was previewed is not what would be done now. */
  | 'PLAN_CHANGED'
  /** The operation is larger than is allowed. */
  | 'QUERY_TOO_EXPENSIVE'
  /** Too often: try again later. */
  | 'RATE_LIMITED'
  /** Nobody is logged in, or no longer. */
  | 'UNAUTHENTICATED'
  /** The database or the gateway cannot answer now: try again. */
  | 'UNAVAILABLE';

/** What a text was recognised as. */
export type IdentifierKind =
  /** The e-mail of either half, case aside. */
  | 'EMAIL'
  /** The id of either half. */
  | 'ID'
  /** The whole name on either half; case, accents and spacing aside. */
  | 'NAME'
  /** The phone of either half, in any spelling. */
  | 'PHONE';

/** How long work stands. */
export type JobState =
  /** Given up. What it has done stays done. */
  | 'CANCELLED'
  /** It stopped at something that does not pass by itself; resumed, it is tried again. */
  | 'FAILED'
  /** Nobody works on it until it is resumed. */
  | 'PAUSED'
  /** Stored; a process that works on it takes it up within a second or two. */
  | 'QUEUED'
  /** Somebody works on it, or has died and is followed by another. */
  | 'RUNNING'
  /** Done. */
  | 'SUCCEEDED';

/** How the two halves of a customer stand to each other in the database. */
export type LinkState =
  /** Anything else: a claim that is not returned, two claimants, a link of the wrong type, a missing or double id. */
  | 'CONFLICT'
  /** Names a record that does not exist, and nobody names it. */
  | 'DANGLING'
  /** One names the other, nobody disputes it, and the link back is missing. */
  | 'HALF_LINKED'
  /** Login and delivery record name each other. */
  | 'LINKED'
  /** A login that names nobody and is named by nobody. */
  | 'ORPHANED_USER'
  /** A delivery record that names nobody and is named by nobody. */
  | 'ORPHANED_V2';

/** A reason why a customer cannot log in. */
export type LoginBlocker =
  /** The login waits for its first credentials. */
  | 'CREDENTIALS_NOT_SENT'
  /** The login is not active. */
  | 'INACTIVE'
  /** Too many failed attempts; it passes by itself. */
  | 'LOCKED'
  /** There is no login. */
  | 'NO_LOGIN'
  /** The stored password hash is missing or can match no password. */
  | 'NO_PASSWORD'
  /** The temporary password was not used in time. */
  | 'TEMPORARY_PASSWORD_EXPIRED';

/** What to do when somebody is known already by the same phone or e-mail. */
export type OnExisting =
  /** Complete the half that is there: it keeps its id, its history and its password. */
  | 'ADOPT'
  /** Write nothing, and answer who it is. */
  | 'ASK'
  /** Somebody else, such as another member of the household. */
  | 'CREATE_SEPARATE';

/** The direction of an order. */
export type OrderDirection =
  /** Smallest first. */
  | 'ASC'
  /** Largest first. */
  | 'DESC';

/** What is done about one customer. New ones may be added. */
export type RepairAction =
  /** Link a login and a delivery record that belong together. */
  | 'ACCEPT_SUGGESTION'
  /** Remove a link to a record that does not exist. */
  | 'CLEAR_DANGLING'
  /** Write the missing side of a half link. */
  | 'COMPLETE_LINK'
  /** Remove a login that a backfill made. */
  | 'REVERT_LOGIN';

/** What a login may do. */
export type Role =
  /** Sees and changes everything. */
  | 'ADMIN'
  /** Sees reports, and customers with their contacts masked; changes nothing. */
  | 'ANALYST'
  /** Sees the own record only. */
  | 'CUSTOMER'
  /** Sees the own deliveries only. */
  | 'DELIVERY_BOY';

/** The collection that a half of a customer is stored in. */
export type SourceSystem =
  /** Delivery and billing records. */
  | 'CUSTOMERS_V2'
  /** Logins. */
  | 'USERS';

export type LogInMutationVariables = Exact<{
  identifier: string;
  password: string;
}>;


export type LogInMutation = { login: { accessToken: string, expiresAt: string, mustChangePassword: boolean, viewer: { id: string, role: Role, name: string | null } } };

export type RefreshSessionMutationVariables = Exact<{ [key: string]: never; }>;


export type RefreshSessionMutation = { refreshSession: { accessToken: string, expiresAt: string, mustChangePassword: boolean } };

export type LogOutMutationVariables = Exact<{
  everywhere?: boolean | null | undefined;
}>;


export type LogOutMutation = { logout: { message: string } };

export type ChangePasswordMutationVariables = Exact<{
  currentPassword: string;
  newPassword: string;
}>;


export type ChangePasswordMutation = { changePassword: { accessToken: string, expiresAt: string, mustChangePassword: boolean } };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, role: Role, name: string | null, email: string | null, phone: string | null, mustChangePassword: boolean } | null };

export type ForgotPasswordMutationVariables = Exact<{
  identifier: string;
}>;


export type ForgotPasswordMutation = { forgotPassword: { message: string } };

export type ResetPasswordMutationVariables = Exact<{
  token: string;
  identifier?: string | null | undefined;
  newPassword: string;
}>;


export type ResetPasswordMutation = { resetPassword: { message: string } };

type AssignmentAnswer_AssignmentRefused_Fragment = { __typename: 'AssignmentRefused', code: ErrorCode, message: string };

type AssignmentAnswer_CustomerAmbiguous_Fragment = { __typename: 'CustomerAmbiguous', identifier: string, totalCandidates: number, candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> };

type AssignmentAnswer_CustomerNotFound_Fragment = { __typename: 'CustomerNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> };

type AssignmentAnswer_DeliveryBoyAmbiguous_Fragment = { __typename: 'DeliveryBoyAmbiguous', identifier: string, candidates: Array<{ id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean }>, matches: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> };

type AssignmentAnswer_DeliveryBoyAssigned_Fragment = { __typename: 'DeliveryBoyAssigned', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null }, previous: { id: string, name: string | null } | null };

type AssignmentAnswer_DeliveryBoyNotFound_Fragment = { __typename: 'DeliveryBoyNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> };

type AssignmentAnswer_NoDeliveryRecord_Fragment = { __typename: 'NoDeliveryRecord', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } };

export type AssignmentAnswerFragment =
  | AssignmentAnswer_AssignmentRefused_Fragment
  | AssignmentAnswer_CustomerAmbiguous_Fragment
  | AssignmentAnswer_CustomerNotFound_Fragment
  | AssignmentAnswer_DeliveryBoyAmbiguous_Fragment
  | AssignmentAnswer_DeliveryBoyAssigned_Fragment
  | AssignmentAnswer_DeliveryBoyNotFound_Fragment
  | AssignmentAnswer_NoDeliveryRecord_Fragment
;

export type DeliveryBoyMatchFragment = { matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } };

export type AssignDeliveryBoyMutationVariables = Exact<{
  input: AssignDeliveryBoyInput;
}>;


export type AssignDeliveryBoyMutation = { assignDeliveryBoy:
    | { __typename: 'AssignmentRefused', code: ErrorCode, message: string }
    | { __typename: 'CustomerAmbiguous', identifier: string, totalCandidates: number, candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'CustomerNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'DeliveryBoyAmbiguous', identifier: string, candidates: Array<{ id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean }>, matches: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'DeliveryBoyAssigned', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null }, previous: { id: string, name: string | null } | null }
    | { __typename: 'DeliveryBoyNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'NoDeliveryRecord', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }
   };

export type AssignDeliveryBoysMutationVariables = Exact<{
  input: Array<AssignDeliveryBoyInput> | AssignDeliveryBoyInput;
}>;


export type AssignDeliveryBoysMutation = { assignDeliveryBoys: Array<
    | { __typename: 'AssignmentRefused', code: ErrorCode, message: string }
    | { __typename: 'CustomerAmbiguous', identifier: string, totalCandidates: number, candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'CustomerNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'DeliveryBoyAmbiguous', identifier: string, candidates: Array<{ id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean }>, matches: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'DeliveryBoyAssigned', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null }, previous: { id: string, name: string | null } | null }
    | { __typename: 'DeliveryBoyNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'NoDeliveryRecord', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }
  > };

export type AssignAreaMutationVariables = Exact<{
  area: string;
  deliveryBoy: string;
  onlyUnassigned?: boolean | null | undefined;
}>;


export type AssignAreaMutation = { assignArea: Array<
    | { __typename: 'AssignmentRefused', code: ErrorCode, message: string }
    | { __typename: 'CustomerAmbiguous', identifier: string, totalCandidates: number, candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'CustomerNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'DeliveryBoyAmbiguous', identifier: string, candidates: Array<{ id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean }>, matches: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'DeliveryBoyAssigned', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null }, previous: { id: string, name: string | null } | null }
    | { __typename: 'DeliveryBoyNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'NoDeliveryRecord', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }
  > };

export type UnassignDeliveryBoyMutationVariables = Exact<{
  customer: string;
}>;


export type UnassignDeliveryBoyMutation = { unassignDeliveryBoy:
    | { __typename: 'AssignmentRefused', code: ErrorCode, message: string }
    | { __typename: 'CustomerAmbiguous', identifier: string, totalCandidates: number, candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'CustomerNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'DeliveryBoyAmbiguous', identifier: string, candidates: Array<{ id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean }>, matches: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'DeliveryBoyAssigned', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null }, previous: { id: string, name: string | null } | null }
    | { __typename: 'DeliveryBoyNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, deliveryBoy: { id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean } }> }
    | { __typename: 'NoDeliveryRecord', customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }
   };

export type StartBackfillMutationVariables = Exact<{
  dryRun: boolean;
}>;


export type StartBackfillMutation = { startBackfill: { id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null } };

export type PauseBackfillMutationVariables = Exact<{
  id: string | number;
}>;


export type PauseBackfillMutation = { pauseBackfill: { id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null } };

export type ResumeBackfillMutationVariables = Exact<{
  id: string | number;
}>;


export type ResumeBackfillMutation = { resumeBackfill: { id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null } };

export type CancelBackfillMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelBackfillMutation = { cancelBackfill: { id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null } };

export type RetryBackfillFailuresMutationVariables = Exact<{
  id: string | number;
}>;


export type RetryBackfillFailuresMutation = { retryBackfillFailures: { id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null } };

export type BackfillProgressQueryVariables = Exact<{
  id: string | number;
}>;


export type BackfillProgressQuery = { backfillRun: { id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null } | null };

export type BackfillRunsQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type BackfillRunsQuery = { backfillRuns: Array<{ id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null }> | null };

export type BackfillCreatedQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BackfillCreatedQuery = { backfillRun: { id: string, createdCustomers: { nodes: Array<{ id: string, name: string | null, phone: string | null, email: string | null, status: CustomerStatus, link: { state: LinkState, userId: string | null, customerV2Id: string | null } }>, count: { value: number, precision: CountPrecision }, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type BackfillFailuresQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BackfillFailuresQuery = { backfillRun: { id: string, failures: { nodes: Array<{ customerV2Id: string, code: string, message: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type BackfillFiguresFragment = { id: string, dryRun: boolean, state: JobState, total: number, processed: number, created: number, skipped: number, errors: number, retryOf: string | null, error: string | null, startedBy: string, startedAt: string, finishedAt: string | null, preview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null };

export type BillingCustomersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: CustomerFilter | null | undefined;
}>;


export type BillingCustomersQuery = { billingCustomers: { nodes: Array<{ phoneE164: string | null, address: string | null, billingIssues: Array<BillingIssue>, id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, count: { value: number, precision: CountPrecision } } | null };

export type CustomerRowFragment = { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null };

export type CustomersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: CustomerFilter | null | undefined;
  orderBy?: CustomerOrder | null | undefined;
}>;


export type CustomersQuery = { customers: { nodes: Array<{ id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, count: { value: number, precision: CountPrecision } } | null };

export type CustomerDetailQueryVariables = Exact<{
  id: string | number;
}>;


export type CustomerDetailQuery = { customer: { phoneE164: string | null, address: string | null, isActive: boolean, createdAt: string | null, loginBlockers: Array<LoginBlocker>, canResetPassword: boolean, billingIssues: Array<BillingIssue>, id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState, userId: string | null, customerV2Id: string | null, conflictingIds: Array<string> }, login: { userId: string, name: string | null, email: string | null, phone: string | null, role: Role, isActive: boolean, mustChangePassword: boolean, credentialsSentAt: string | null, lastLoginAt: string | null } | null, delivery: { customerV2Id: string, name: string | null, phone: string | null, email: string | null, address: string | null, area: string | null, statusText: string | null, createdAt: string | null } | null, differences: Array<{ field: string, usersValue: string | null, customersV2Value: string | null }>, deliveryBoy: { id: string, name: string | null } | null } | null };

export type FindCustomerQueryVariables = Exact<{
  identifier: string;
}>;


export type FindCustomerQuery = { findCustomer:
    | { __typename: 'CustomerAmbiguous', identifier: string, totalCandidates: number, candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'CustomerFound', matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }
    | { __typename: 'CustomerNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
   | null };

export type LoginDiagnosisQueryVariables = Exact<{
  identifier: string;
}>;


export type LoginDiagnosisQuery = { loginDiagnosis: { identifier: string, loginNames: Array<string>, hints: Array<string>, lookup:
      | { __typename: 'CustomerAmbiguous', identifier: string, totalCandidates: number, candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
      | { __typename: 'CustomerFound', matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }
      | { __typename: 'CustomerNotFound', identifier: string, nearMisses: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    , blockers: Array<{ blocker: LoginBlocker, explanation: string, fix: string }> } | null };

export type DeliveryBoysQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  search?: string | null | undefined;
}>;


export type DeliveryBoysQuery = { deliveryBoys: { nodes: Array<{ id: string, name: string | null, phone: string | null, email: string | null, isActive: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CustomerStoryQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
  actions?: Array<string> | string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type CustomerStoryQuery = { auditEvents: { nodes: Array<{ id: string, at: string, actor: string, actorName: string | null, action: string, description: string, changes: Array<{ field: string, before: string | null, after: string | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type LinkCustomerMutationVariables = Exact<{
  userId: string | number;
  customerV2Id: string | number;
}>;


export type LinkCustomerMutation = { linkCustomer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState, userId: string | null, customerV2Id: string | null, conflictingIds: Array<string> }, deliveryBoy: { id: string, name: string | null } | null } };

export type UnlinkCustomerMutationVariables = Exact<{
  id: string | number;
}>;


export type UnlinkCustomerMutation = { unlinkCustomer: Array<{ id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState, userId: string | null, customerV2Id: string | null, conflictingIds: Array<string> }, deliveryBoy: { id: string, name: string | null } | null }> };

export type ClearLinkMutationVariables = Exact<{
  system: SourceSystem;
  id: string | number;
}>;


export type ClearLinkMutation = { clearLink: Array<{ id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState, userId: string | null, customerV2Id: string | null, conflictingIds: Array<string> }, deliveryBoy: { id: string, name: string | null } | null }> };

export type CreateCustomerMutationVariables = Exact<{
  input: CreateCustomerInput;
}>;


export type CreateCustomerMutation = { createCustomer:
    | { __typename: 'CustomerAlreadyExists', candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
    | { __typename: 'CustomerCreated', adopted: boolean, credentialsSentTo: Array<string>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }
   };

export type ImportCustomersMutationVariables = Exact<{
  input: Array<CreateCustomerInput> | CreateCustomerInput;
}>;


export type ImportCustomersMutation = { importCustomers: Array<{ index: number, result:
      | { __typename: 'CustomerAlreadyExists', candidates: Array<{ matchedBy: Array<IdentifierKind>, customer: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } }> }
      | { __typename: 'CustomerCreated', adopted: boolean, customer: { id: string } }
     | null, error: { code: ErrorCode, message: string, field: string | null } | null }> };

export type CreateLoginMutationVariables = Exact<{
  customerId: string | number;
}>;


export type CreateLoginMutation = { createLogin: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } };

export type CreateDeliveryRecordMutationVariables = Exact<{
  customerId: string | number;
  address: string;
  area: string;
}>;


export type CreateDeliveryRecordMutation = { createDeliveryRecord: { id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState }, deliveryBoy: { id: string, name: string | null } | null } };

export type ReleasePreviewQueryVariables = Exact<{
  backfillId?: string | number | null | undefined;
}>;


export type ReleasePreviewQuery = { releasePreview: { byEmail: number, bySms: number, unreachable: number, inactive: number, estimatedSmsCost: number } | null };

export type ReleaseProgressQueryVariables = Exact<{
  id: string | number;
}>;


export type ReleaseProgressQuery = { releaseRun: { id: string, state: JobState, total: number, sent: number, unreachable: number, skippedCount: number, error: string | null, startedAt: string, finishedAt: string | null } | null };

export type ReleaseSkippedQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ReleaseSkippedQuery = { releaseRun: { id: string, skipped: { nodes: Array<{ customerId: string, code: string, message: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ReleaseCredentialsMutationVariables = Exact<{
  backfillId?: string | number | null | undefined;
  perMinute?: number | null | undefined;
}>;


export type ReleaseCredentialsMutation = { releaseCredentials: { id: string, state: JobState, total: number } };

export type PauseReleaseMutationVariables = Exact<{
  id: string | number;
}>;


export type PauseReleaseMutation = { pauseRelease: { id: string, state: JobState } };

export type ResumeReleaseMutationVariables = Exact<{
  id: string | number;
}>;


export type ResumeReleaseMutation = { resumeRelease: { id: string, state: JobState } };

export type CancelReleaseMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelReleaseMutation = { cancelRelease: { id: string, state: JobState } };

export type RevertBatchMutationVariables = Exact<{
  batchId: string | number;
}>;


export type RevertBatchMutation = { revertBatch: { id: string, state: JobState, planned: number } };

export type RepairProgressQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RepairProgressQuery = { repairRun: { id: string, state: JobState, planned: number, applied: number, skippedCount: number, error: string | null, startedAt: string, finishedAt: string | null, skipped: { nodes: Array<{ action: RepairAction, customerId: string, description: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type LinkageAuditQueryVariables = Exact<{ [key: string]: never; }>;


export type LinkageAuditQuery = { linkageAudit: { totalSyncIssues: number, asOf: string, linked: { count: number }, halfLinked: { count: number }, orphanedUsers: { count: number }, orphanedV2: { count: number }, dangling: { count: number }, conflicts: { count: number }, canLogin: { count: number }, cannotLogin: { count: number }, missingEmail: { count: number } } | null };

export type ConflictingCustomersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ConflictingCustomersQuery = { linkageAudit: { conflicts: { count: number, customers: { nodes: Array<{ id: string, name: string | null, phone: string | null, email: string | null, area: string | null, status: CustomerStatus, systems: Array<SourceSystem>, canLogin: boolean, link: { state: LinkState, userId: string | null, customerV2Id: string | null, conflictingIds: Array<string> }, deliveryBoy: { id: string, name: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } } | null };

export type DataQualityQueryVariables = Exact<{
  days?: number | null | undefined;
}>;


export type DataQualityQuery = { dataQualityReport: { totalUsers: number, totalV2Customers: number, linkedRecords: number, halfLinked: number, orphanedUsers: number, orphanedV2: number, linkageRatio: number, linkageCompleteness: string, status: DataQualityStatus, asOf: string, trend: Array<{ at: string, linkageRatio: number, syncIssues: number }> } | null };

export type DashboardQueryVariables = Exact<{
  areas?: number | null | undefined;
  months?: number | null | undefined;
}>;


export type DashboardQuery = { dashboard: { legacyCustomers: number, v2Customers: number, linkedCustomers: number, totalUniqueCustomers: number, activeCustomers: number, unassignedCustomers: number, systemsInUse: Array<string>, asOf: string, byStatus: Array<{ status: CustomerStatus, count: number }>, byArea: Array<{ area: string | null, count: number, active: number }>, growth: Array<{ month: string, added: number, total: number, changePercent: number | null }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CustomerRowFragmentDoc = new TypedDocumentString(`
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}
    `, {"fragmentName":"CustomerRow"}) as unknown as TypedDocumentString<CustomerRowFragment, unknown>;
export const DeliveryBoyMatchFragmentDoc = new TypedDocumentString(`
    fragment DeliveryBoyMatch on DeliveryBoyFound {
  matchedBy
  deliveryBoy {
    id
    name
    phone
    email
    isActive
  }
}
    `, {"fragmentName":"DeliveryBoyMatch"}) as unknown as TypedDocumentString<DeliveryBoyMatchFragment, unknown>;
export const AssignmentAnswerFragmentDoc = new TypedDocumentString(`
    fragment AssignmentAnswer on AssignDeliveryBoyResult {
  __typename
  ... on DeliveryBoyAssigned {
    customer {
      ...CustomerRow
    }
    previous {
      id
      name
    }
  }
  ... on AssignmentRefused {
    code
    message
  }
  ... on CustomerAmbiguous {
    identifier
    totalCandidates
    candidates {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on CustomerNotFound {
    identifier
    nearMisses {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on DeliveryBoyAmbiguous {
    identifier
    candidates {
      id
      name
      phone
      email
      isActive
    }
    matches {
      ...DeliveryBoyMatch
    }
  }
  ... on DeliveryBoyNotFound {
    identifier
    nearMisses {
      ...DeliveryBoyMatch
    }
  }
  ... on NoDeliveryRecord {
    customer {
      ...CustomerRow
    }
  }
}
    fragment DeliveryBoyMatch on DeliveryBoyFound {
  matchedBy
  deliveryBoy {
    id
    name
    phone
    email
    isActive
  }
}
fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"fragmentName":"AssignmentAnswer"}) as unknown as TypedDocumentString<AssignmentAnswerFragment, unknown>;
export const BackfillFiguresFragmentDoc = new TypedDocumentString(`
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}
    `, {"fragmentName":"BackfillFigures"}) as unknown as TypedDocumentString<BackfillFiguresFragment, unknown>;
export const LogInDocument = new TypedDocumentString(`
    mutation LogIn($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) {
    accessToken
    expiresAt
    mustChangePassword
    viewer {
      id
      role
      name
    }
  }
}
    `, {"hash":"sha256:1ce7a2382d2b7c3f32fff2886d2822bf0524893be8e3359bb5ab34112a059d05"}) as unknown as TypedDocumentString<LogInMutation, LogInMutationVariables>;
export const RefreshSessionDocument = new TypedDocumentString(`
    mutation RefreshSession {
  refreshSession {
    accessToken
    expiresAt
    mustChangePassword
  }
}
    `, {"hash":"sha256:1b09d868c4453a1ac99ca8b6e5604f08c0886be542514d946542c4786345ddcb"}) as unknown as TypedDocumentString<RefreshSessionMutation, RefreshSessionMutationVariables>;
export const LogOutDocument = new TypedDocumentString(`
    mutation LogOut($everywhere: Boolean) {
  logout(everywhere: $everywhere) {
    message
  }
}
    `, {"hash":"sha256:7c5583db0d617f934bf7be1b30ca844587797c7c77d827be52aad94fc63507e2"}) as unknown as TypedDocumentString<LogOutMutation, LogOutMutationVariables>;
export const ChangePasswordDocument = new TypedDocumentString(`
    mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
  changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {
    accessToken
    expiresAt
    mustChangePassword
  }
}
    `, {"hash":"sha256:15aa3386344a40290b7011ca5c0ed6b87f6decf8fa0be95d88fa7d602b824a04"}) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    id
    role
    name
    email
    phone
    mustChangePassword
  }
}
    `, {"hash":"sha256:95049dc110b72b561143529189740e73acdc281bd0fedbe8620c0565f4ac159c"}) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const ForgotPasswordDocument = new TypedDocumentString(`
    mutation ForgotPassword($identifier: String!) {
  forgotPassword(identifier: $identifier) {
    message
  }
}
    `, {"hash":"sha256:062d174cf8cc76990178edfd7a5d117e17b1a91a46037eb3d9ebcc26c257ac0e"}) as unknown as TypedDocumentString<ForgotPasswordMutation, ForgotPasswordMutationVariables>;
export const ResetPasswordDocument = new TypedDocumentString(`
    mutation ResetPassword($token: String!, $identifier: String, $newPassword: String!) {
  resetPassword(token: $token, identifier: $identifier, newPassword: $newPassword) {
    message
  }
}
    `, {"hash":"sha256:377ba9ebe9b3255b171cf9db0f74476d2453bd6d4dc00d1ae22b8534f202959e"}) as unknown as TypedDocumentString<ResetPasswordMutation, ResetPasswordMutationVariables>;
export const AssignDeliveryBoyDocument = new TypedDocumentString(`
    mutation AssignDeliveryBoy($input: AssignDeliveryBoyInput!) {
  assignDeliveryBoy(input: $input) {
    ...AssignmentAnswer
  }
}
    fragment AssignmentAnswer on AssignDeliveryBoyResult {
  __typename
  ... on DeliveryBoyAssigned {
    customer {
      ...CustomerRow
    }
    previous {
      id
      name
    }
  }
  ... on AssignmentRefused {
    code
    message
  }
  ... on CustomerAmbiguous {
    identifier
    totalCandidates
    candidates {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on CustomerNotFound {
    identifier
    nearMisses {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on DeliveryBoyAmbiguous {
    identifier
    candidates {
      id
      name
      phone
      email
      isActive
    }
    matches {
      ...DeliveryBoyMatch
    }
  }
  ... on DeliveryBoyNotFound {
    identifier
    nearMisses {
      ...DeliveryBoyMatch
    }
  }
  ... on NoDeliveryRecord {
    customer {
      ...CustomerRow
    }
  }
}
fragment DeliveryBoyMatch on DeliveryBoyFound {
  matchedBy
  deliveryBoy {
    id
    name
    phone
    email
    isActive
  }
}
fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:4b131373b6fcf88694f156958d1033d94e10ae641c664fb35489af199b99097d"}) as unknown as TypedDocumentString<AssignDeliveryBoyMutation, AssignDeliveryBoyMutationVariables>;
export const AssignDeliveryBoysDocument = new TypedDocumentString(`
    mutation AssignDeliveryBoys($input: [AssignDeliveryBoyInput!]!) {
  assignDeliveryBoys(input: $input) {
    ...AssignmentAnswer
  }
}
    fragment AssignmentAnswer on AssignDeliveryBoyResult {
  __typename
  ... on DeliveryBoyAssigned {
    customer {
      ...CustomerRow
    }
    previous {
      id
      name
    }
  }
  ... on AssignmentRefused {
    code
    message
  }
  ... on CustomerAmbiguous {
    identifier
    totalCandidates
    candidates {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on CustomerNotFound {
    identifier
    nearMisses {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on DeliveryBoyAmbiguous {
    identifier
    candidates {
      id
      name
      phone
      email
      isActive
    }
    matches {
      ...DeliveryBoyMatch
    }
  }
  ... on DeliveryBoyNotFound {
    identifier
    nearMisses {
      ...DeliveryBoyMatch
    }
  }
  ... on NoDeliveryRecord {
    customer {
      ...CustomerRow
    }
  }
}
fragment DeliveryBoyMatch on DeliveryBoyFound {
  matchedBy
  deliveryBoy {
    id
    name
    phone
    email
    isActive
  }
}
fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:eb75336d2823ee69ba0fdbda2774dc2685b8f156ed3d8b0a22d6acdb5f41e9d1"}) as unknown as TypedDocumentString<AssignDeliveryBoysMutation, AssignDeliveryBoysMutationVariables>;
export const AssignAreaDocument = new TypedDocumentString(`
    mutation AssignArea($area: String!, $deliveryBoy: String!, $onlyUnassigned: Boolean) {
  assignArea(
    area: $area
    deliveryBoy: $deliveryBoy
    onlyUnassigned: $onlyUnassigned
  ) {
    ...AssignmentAnswer
  }
}
    fragment AssignmentAnswer on AssignDeliveryBoyResult {
  __typename
  ... on DeliveryBoyAssigned {
    customer {
      ...CustomerRow
    }
    previous {
      id
      name
    }
  }
  ... on AssignmentRefused {
    code
    message
  }
  ... on CustomerAmbiguous {
    identifier
    totalCandidates
    candidates {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on CustomerNotFound {
    identifier
    nearMisses {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on DeliveryBoyAmbiguous {
    identifier
    candidates {
      id
      name
      phone
      email
      isActive
    }
    matches {
      ...DeliveryBoyMatch
    }
  }
  ... on DeliveryBoyNotFound {
    identifier
    nearMisses {
      ...DeliveryBoyMatch
    }
  }
  ... on NoDeliveryRecord {
    customer {
      ...CustomerRow
    }
  }
}
fragment DeliveryBoyMatch on DeliveryBoyFound {
  matchedBy
  deliveryBoy {
    id
    name
    phone
    email
    isActive
  }
}
fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:3109afde7eecc0c7b38f120d3f2867fd7a91ce9f2c95bad0084520faedc890f1"}) as unknown as TypedDocumentString<AssignAreaMutation, AssignAreaMutationVariables>;
export const UnassignDeliveryBoyDocument = new TypedDocumentString(`
    mutation UnassignDeliveryBoy($customer: String!) {
  unassignDeliveryBoy(customer: $customer) {
    ...AssignmentAnswer
  }
}
    fragment AssignmentAnswer on AssignDeliveryBoyResult {
  __typename
  ... on DeliveryBoyAssigned {
    customer {
      ...CustomerRow
    }
    previous {
      id
      name
    }
  }
  ... on AssignmentRefused {
    code
    message
  }
  ... on CustomerAmbiguous {
    identifier
    totalCandidates
    candidates {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on CustomerNotFound {
    identifier
    nearMisses {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
  }
  ... on DeliveryBoyAmbiguous {
    identifier
    candidates {
      id
      name
      phone
      email
      isActive
    }
    matches {
      ...DeliveryBoyMatch
    }
  }
  ... on DeliveryBoyNotFound {
    identifier
    nearMisses {
      ...DeliveryBoyMatch
    }
  }
  ... on NoDeliveryRecord {
    customer {
      ...CustomerRow
    }
  }
}
fragment DeliveryBoyMatch on DeliveryBoyFound {
  matchedBy
  deliveryBoy {
    id
    name
    phone
    email
    isActive
  }
}
fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:9a46406584b82954fa5ca7a9238bcd65028ce4eed3edf0cdedde0ce27e4fc01b"}) as unknown as TypedDocumentString<UnassignDeliveryBoyMutation, UnassignDeliveryBoyMutationVariables>;
export const StartBackfillDocument = new TypedDocumentString(`
    mutation StartBackfill($dryRun: Boolean!) {
  startBackfill(dryRun: $dryRun) {
    ...BackfillFigures
  }
}
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}`, {"hash":"sha256:5679723733ea66e89a73f4acf7ac6ce4ad159dcc1627c5928bb39bbcd253b8b0"}) as unknown as TypedDocumentString<StartBackfillMutation, StartBackfillMutationVariables>;
export const PauseBackfillDocument = new TypedDocumentString(`
    mutation PauseBackfill($id: ID!) {
  pauseBackfill(id: $id) {
    ...BackfillFigures
  }
}
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}`, {"hash":"sha256:786dbc247386ed73c42b8ed0601d80b00c9226052b4bdfd5d36fd68dfb90b3d2"}) as unknown as TypedDocumentString<PauseBackfillMutation, PauseBackfillMutationVariables>;
export const ResumeBackfillDocument = new TypedDocumentString(`
    mutation ResumeBackfill($id: ID!) {
  resumeBackfill(id: $id) {
    ...BackfillFigures
  }
}
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}`, {"hash":"sha256:1596b5dd690ce2d3fd9a12c5febf1b08ff522446cdab50dd8834083f2c3966b3"}) as unknown as TypedDocumentString<ResumeBackfillMutation, ResumeBackfillMutationVariables>;
export const CancelBackfillDocument = new TypedDocumentString(`
    mutation CancelBackfill($id: ID!) {
  cancelBackfill(id: $id) {
    ...BackfillFigures
  }
}
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}`, {"hash":"sha256:174eefa12aad6d3b799ce0e0f864df4addcfc0e3eada660357ffd7c38af234df"}) as unknown as TypedDocumentString<CancelBackfillMutation, CancelBackfillMutationVariables>;
export const RetryBackfillFailuresDocument = new TypedDocumentString(`
    mutation RetryBackfillFailures($id: ID!) {
  retryBackfillFailures(id: $id) {
    ...BackfillFigures
  }
}
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}`, {"hash":"sha256:22f0c664633defa5b13e10af85f19587febad29e3e6613d086ef6e0f5a76c594"}) as unknown as TypedDocumentString<RetryBackfillFailuresMutation, RetryBackfillFailuresMutationVariables>;
export const BackfillProgressDocument = new TypedDocumentString(`
    query BackfillProgress($id: ID!) {
  backfillRun(id: $id) {
    ...BackfillFigures
  }
}
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}`, {"hash":"sha256:c42bb66d466d6a40df76473cc477b0ded64160f60f2f6332618b650452b62f32"}) as unknown as TypedDocumentString<BackfillProgressQuery, BackfillProgressQueryVariables>;
export const BackfillRunsDocument = new TypedDocumentString(`
    query BackfillRuns($first: Int) {
  backfillRuns(first: $first) {
    ...BackfillFigures
  }
}
    fragment BackfillFigures on BackfillRun {
  id
  dryRun
  state
  total
  processed
  created
  skipped
  errors
  retryOf
  error
  startedBy
  startedAt
  finishedAt
  preview {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}`, {"hash":"sha256:b74e77bbba9759915a4d43f2cc02a102ce759ec238ddf6236084826449f55890"}) as unknown as TypedDocumentString<BackfillRunsQuery, BackfillRunsQueryVariables>;
export const BackfillCreatedDocument = new TypedDocumentString(`
    query BackfillCreated($id: ID!, $first: Int, $after: String) {
  backfillRun(id: $id) {
    id
    createdCustomers(first: $first, after: $after) {
      nodes {
        id
        name
        phone
        email
        status
        link {
          state
          userId
          customerV2Id
        }
      }
      count {
        value
        precision
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:0ad1d204792d23e5959e0bfa9c4b57c6b41e26e5083c606f1262922e4646fa9b"}) as unknown as TypedDocumentString<BackfillCreatedQuery, BackfillCreatedQueryVariables>;
export const BackfillFailuresDocument = new TypedDocumentString(`
    query BackfillFailures($id: ID!, $first: Int, $after: String) {
  backfillRun(id: $id) {
    id
    failures(first: $first, after: $after) {
      nodes {
        customerV2Id
        code
        message
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:7b53fb388e1d8507ff2817caf050cc58a4209598941b4b77ccc99f300b870c03"}) as unknown as TypedDocumentString<BackfillFailuresQuery, BackfillFailuresQueryVariables>;
export const BillingCustomersDocument = new TypedDocumentString(`
    query BillingCustomers($first: Int, $after: String, $filter: CustomerFilter) {
  billingCustomers(first: $first, after: $after, filter: $filter) {
    nodes {
      ...CustomerRow
      phoneE164
      address
      billingIssues
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    count {
      value
      precision
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:7d414db527bd21dbaea8b35b5c916fae5b21e0b5d540ba7ac128bdd20a4bcef7"}) as unknown as TypedDocumentString<BillingCustomersQuery, BillingCustomersQueryVariables>;
export const CustomersDocument = new TypedDocumentString(`
    query Customers($first: Int, $after: String, $last: Int, $before: String, $filter: CustomerFilter, $orderBy: CustomerOrder) {
  customers(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
    orderBy: $orderBy
  ) {
    nodes {
      ...CustomerRow
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    count {
      value
      precision
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:5106177a96332d8037eb5ac2c33a9f44120420d8c9e6e17d1a9e1d6e4dbf6709"}) as unknown as TypedDocumentString<CustomersQuery, CustomersQueryVariables>;
export const CustomerDetailDocument = new TypedDocumentString(`
    query CustomerDetail($id: ID!) {
  customer(id: $id) {
    ...CustomerRow
    phoneE164
    address
    isActive
    createdAt
    loginBlockers
    canResetPassword
    billingIssues
    link {
      state
      userId
      customerV2Id
      conflictingIds
    }
    login {
      userId
      name
      email
      phone
      role
      isActive
      mustChangePassword
      credentialsSentAt
      lastLoginAt
    }
    delivery {
      customerV2Id
      name
      phone
      email
      address
      area
      statusText
      createdAt
    }
    differences {
      field
      usersValue
      customersV2Value
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:9d4be1aac19dfc16e797d270548ff54d0c0941ec6bfd3c8578426ea93c7940e7"}) as unknown as TypedDocumentString<CustomerDetailQuery, CustomerDetailQueryVariables>;
export const FindCustomerDocument = new TypedDocumentString(`
    query FindCustomer($identifier: String!) {
  findCustomer(identifier: $identifier) {
    __typename
    ... on CustomerFound {
      matchedBy
      customer {
        ...CustomerRow
      }
    }
    ... on CustomerAmbiguous {
      identifier
      totalCandidates
      candidates {
        matchedBy
        customer {
          ...CustomerRow
        }
      }
    }
    ... on CustomerNotFound {
      identifier
      nearMisses {
        matchedBy
        customer {
          ...CustomerRow
        }
      }
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:567d81d59520009ac7970b30520fc9d66c37193873cd575954e221b3600a4ee1"}) as unknown as TypedDocumentString<FindCustomerQuery, FindCustomerQueryVariables>;
export const LoginDiagnosisDocument = new TypedDocumentString(`
    query LoginDiagnosis($identifier: String!) {
  loginDiagnosis(identifier: $identifier) {
    identifier
    lookup {
      __typename
      ... on CustomerFound {
        matchedBy
        customer {
          ...CustomerRow
        }
      }
      ... on CustomerAmbiguous {
        identifier
        totalCandidates
        candidates {
          matchedBy
          customer {
            ...CustomerRow
          }
        }
      }
      ... on CustomerNotFound {
        identifier
        nearMisses {
          matchedBy
          customer {
            ...CustomerRow
          }
        }
      }
    }
    blockers {
      blocker
      explanation
      fix
    }
    loginNames
    hints
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:e030d1cb989cb8891739b9d4f60baf76f604bf486087aaff168ab78986cdb271"}) as unknown as TypedDocumentString<LoginDiagnosisQuery, LoginDiagnosisQueryVariables>;
export const DeliveryBoysDocument = new TypedDocumentString(`
    query DeliveryBoys($first: Int, $after: String, $search: String) {
  deliveryBoys(first: $first, after: $after, search: $search) {
    nodes {
      id
      name
      phone
      email
      isActive
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:92ea4ad65138a98f0a9ff7bdf97205dc6f48d9cb686047739ee2382b05a1ba3c"}) as unknown as TypedDocumentString<DeliveryBoysQuery, DeliveryBoysQueryVariables>;
export const CustomerStoryDocument = new TypedDocumentString(`
    query CustomerStory($id: ID!, $first: Int, $after: String, $actions: [String!], $from: DateTime, $to: DateTime) {
  auditEvents(
    subjectId: $id
    first: $first
    after: $after
    actions: $actions
    from: $from
    to: $to
  ) {
    nodes {
      id
      at
      actor
      actorName
      action
      description
      changes {
        field
        before
        after
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `, {"hash":"sha256:9f329b49720e0ace3a0ebce6fbd746c91980d7c239c81a0df64aa6c5906815db"}) as unknown as TypedDocumentString<CustomerStoryQuery, CustomerStoryQueryVariables>;
export const LinkCustomerDocument = new TypedDocumentString(`
    mutation LinkCustomer($userId: ID!, $customerV2Id: ID!) {
  linkCustomer(userId: $userId, customerV2Id: $customerV2Id) {
    ...CustomerRow
    link {
      userId
      customerV2Id
      conflictingIds
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:b81b24be9be12efe7199e45d32619849247eccf031b4732b38c8084575b1373e"}) as unknown as TypedDocumentString<LinkCustomerMutation, LinkCustomerMutationVariables>;
export const UnlinkCustomerDocument = new TypedDocumentString(`
    mutation UnlinkCustomer($id: ID!) {
  unlinkCustomer(id: $id) {
    ...CustomerRow
    link {
      userId
      customerV2Id
      conflictingIds
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:f65ab7de291db0dd2c76e976292fb20c3a3e14e267684c2154c02ca64ecea530"}) as unknown as TypedDocumentString<UnlinkCustomerMutation, UnlinkCustomerMutationVariables>;
export const ClearLinkDocument = new TypedDocumentString(`
    mutation ClearLink($system: SourceSystem!, $id: ID!) {
  clearLink(system: $system, id: $id) {
    ...CustomerRow
    link {
      userId
      customerV2Id
      conflictingIds
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:bbe1e5d3c924fb6264bef1d96cbe36d759994b4f8222ec09d05e0831d0301dd0"}) as unknown as TypedDocumentString<ClearLinkMutation, ClearLinkMutationVariables>;
export const CreateCustomerDocument = new TypedDocumentString(`
    mutation CreateCustomer($input: CreateCustomerInput!) {
  createCustomer(input: $input) {
    __typename
    ... on CustomerCreated {
      adopted
      credentialsSentTo
      customer {
        ...CustomerRow
      }
    }
    ... on CustomerAlreadyExists {
      candidates {
        matchedBy
        customer {
          ...CustomerRow
        }
      }
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:34f90ad3c80151ebae06ac1fa09bc1f4b3b65227ca8813d277d702c1897a29e2"}) as unknown as TypedDocumentString<CreateCustomerMutation, CreateCustomerMutationVariables>;
export const ImportCustomersDocument = new TypedDocumentString(`
    mutation ImportCustomers($input: [CreateCustomerInput!]!) {
  importCustomers(input: $input) {
    index
    result {
      __typename
      ... on CustomerCreated {
        adopted
        customer {
          id
        }
      }
      ... on CustomerAlreadyExists {
        candidates {
          matchedBy
          customer {
            ...CustomerRow
          }
        }
      }
    }
    error {
      code
      message
      field
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:d1febd6224bd68b16dbc959fa1db94e94580e62781226e5b606a5e7bb338fee5"}) as unknown as TypedDocumentString<ImportCustomersMutation, ImportCustomersMutationVariables>;
export const CreateLoginDocument = new TypedDocumentString(`
    mutation CreateLogin($customerId: ID!) {
  createLogin(customerId: $customerId) {
    ...CustomerRow
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:4f4a2dc502d8a3993154fc5b58323fdcaf6fd2302423938cb6d1993fa517a985"}) as unknown as TypedDocumentString<CreateLoginMutation, CreateLoginMutationVariables>;
export const CreateDeliveryRecordDocument = new TypedDocumentString(`
    mutation CreateDeliveryRecord($customerId: ID!, $address: String!, $area: String!) {
  createDeliveryRecord(customerId: $customerId, address: $address, area: $area) {
    ...CustomerRow
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:9356be8055fb184e30caa6f371f22a66467073fb35dab50f69ba5148e76a5d85"}) as unknown as TypedDocumentString<CreateDeliveryRecordMutation, CreateDeliveryRecordMutationVariables>;
export const ReleasePreviewDocument = new TypedDocumentString(`
    query ReleasePreview($backfillId: ID) {
  releasePreview(backfillId: $backfillId) {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}
    `, {"hash":"sha256:f3f5df59898395cac9bd70b3a08fe18cdd27fc5d2a5d60cedb896bfcadfb36a2"}) as unknown as TypedDocumentString<ReleasePreviewQuery, ReleasePreviewQueryVariables>;
export const ReleaseProgressDocument = new TypedDocumentString(`
    query ReleaseProgress($id: ID!) {
  releaseRun(id: $id) {
    id
    state
    total
    sent
    unreachable
    skippedCount
    error
    startedAt
    finishedAt
  }
}
    `, {"hash":"sha256:01813f32f1df47c5191af47200adfac78976b94d7d8345d63aae31315258e35b"}) as unknown as TypedDocumentString<ReleaseProgressQuery, ReleaseProgressQueryVariables>;
export const ReleaseSkippedDocument = new TypedDocumentString(`
    query ReleaseSkipped($id: ID!, $first: Int, $after: String) {
  releaseRun(id: $id) {
    id
    skipped(first: $first, after: $after) {
      nodes {
        customerId
        code
        message
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:43c88a7450e1de0df67fd5cc3d9b4e786bd655c602af56353b5a52227a42fd67"}) as unknown as TypedDocumentString<ReleaseSkippedQuery, ReleaseSkippedQueryVariables>;
export const ReleaseCredentialsDocument = new TypedDocumentString(`
    mutation ReleaseCredentials($backfillId: ID, $perMinute: Int) {
  releaseCredentials(backfillId: $backfillId, perMinute: $perMinute) {
    id
    state
    total
  }
}
    `, {"hash":"sha256:3d3143e5553d3773712bfc4ac1c6d27c5c8cefe3d696437fecfb31bba544c762"}) as unknown as TypedDocumentString<ReleaseCredentialsMutation, ReleaseCredentialsMutationVariables>;
export const PauseReleaseDocument = new TypedDocumentString(`
    mutation PauseRelease($id: ID!) {
  pauseRelease(id: $id) {
    id
    state
  }
}
    `, {"hash":"sha256:448b3e03db616d0cc0d3d8c01600f739142e341dd702a44cb4b72d7591c6ccb7"}) as unknown as TypedDocumentString<PauseReleaseMutation, PauseReleaseMutationVariables>;
export const ResumeReleaseDocument = new TypedDocumentString(`
    mutation ResumeRelease($id: ID!) {
  resumeRelease(id: $id) {
    id
    state
  }
}
    `, {"hash":"sha256:d70ebb17a05a518447ea18e9a24a5729ee283e50f17ae659b2869ab39c21a38a"}) as unknown as TypedDocumentString<ResumeReleaseMutation, ResumeReleaseMutationVariables>;
export const CancelReleaseDocument = new TypedDocumentString(`
    mutation CancelRelease($id: ID!) {
  cancelRelease(id: $id) {
    id
    state
  }
}
    `, {"hash":"sha256:dc33b2f39d6692616eb3158ccc5c57dfa8563fb4ae30b2a2b457dc2450739bcb"}) as unknown as TypedDocumentString<CancelReleaseMutation, CancelReleaseMutationVariables>;
export const RevertBatchDocument = new TypedDocumentString(`
    mutation RevertBatch($batchId: ID!) {
  revertBatch(batchId: $batchId) {
    id
    state
    planned
  }
}
    `, {"hash":"sha256:96d4f74c4fd7ae687dde24ab5d5172ab5fa1924302fdca97d9ca3c98700be144"}) as unknown as TypedDocumentString<RevertBatchMutation, RevertBatchMutationVariables>;
export const RepairProgressDocument = new TypedDocumentString(`
    query RepairProgress($id: ID!, $first: Int, $after: String) {
  repairRun(id: $id) {
    id
    state
    planned
    applied
    skippedCount
    error
    startedAt
    finishedAt
    skipped(first: $first, after: $after) {
      nodes {
        action
        customerId
        description
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:e8e9ff7f86c3a8223fbe8153a4338b0708887b4230b602aa9a6d8c93620e1eda"}) as unknown as TypedDocumentString<RepairProgressQuery, RepairProgressQueryVariables>;
export const LinkageAuditDocument = new TypedDocumentString(`
    query LinkageAudit {
  linkageAudit {
    linked {
      count
    }
    halfLinked {
      count
    }
    orphanedUsers {
      count
    }
    orphanedV2 {
      count
    }
    dangling {
      count
    }
    conflicts {
      count
    }
    canLogin {
      count
    }
    cannotLogin {
      count
    }
    missingEmail {
      count
    }
    totalSyncIssues
    asOf
  }
}
    `, {"hash":"sha256:a7c989f3ff7beee209c998ae36432d85679ced6fd46f4ca0d2299609d4abcf32"}) as unknown as TypedDocumentString<LinkageAuditQuery, LinkageAuditQueryVariables>;
export const ConflictingCustomersDocument = new TypedDocumentString(`
    query ConflictingCustomers($first: Int, $after: String) {
  linkageAudit {
    conflicts {
      count
      customers(first: $first, after: $after) {
        nodes {
          ...CustomerRow
          link {
            userId
            customerV2Id
            conflictingIds
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    fragment CustomerRow on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  canLogin
  link {
    state
  }
  deliveryBoy {
    id
    name
  }
}`, {"hash":"sha256:992d766a78fea2f1d53cba0e39966a919be85dbdff7bf92ee4ce868bb459e513"}) as unknown as TypedDocumentString<ConflictingCustomersQuery, ConflictingCustomersQueryVariables>;
export const DataQualityDocument = new TypedDocumentString(`
    query DataQuality($days: Int) {
  dataQualityReport {
    totalUsers
    totalV2Customers
    linkedRecords
    halfLinked
    orphanedUsers
    orphanedV2
    linkageRatio
    linkageCompleteness
    status
    trend(days: $days) {
      at
      linkageRatio
      syncIssues
    }
    asOf
  }
}
    `, {"hash":"sha256:5704f75b172a0d0f29d58b3d664ee35204e2589ea6073876a12d53736ba2a4f8"}) as unknown as TypedDocumentString<DataQualityQuery, DataQualityQueryVariables>;
export const DashboardDocument = new TypedDocumentString(`
    query Dashboard($areas: Int, $months: Int) {
  dashboard {
    legacyCustomers
    v2Customers
    linkedCustomers
    totalUniqueCustomers
    activeCustomers
    unassignedCustomers
    systemsInUse
    byStatus {
      status
      count
    }
    byArea(first: $areas) {
      area
      count
      active
    }
    growth(months: $months) {
      month
      added
      total
      changePercent
    }
    asOf
  }
}
    `, {"hash":"sha256:dd3703e9d24c20dca66d38f9ad89c27565803d02d7d5ed31cad7f914bb060004"}) as unknown as TypedDocumentString<DashboardQuery, DashboardQueryVariables>;