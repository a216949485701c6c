/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** How far a count can be trusted. */
export type CountPrecision =
  /** The list has at least so many entries; it was not counted to its end. */
  | 'AT_LEAST'
  /** The length of the list. */
  | 'EXACT';

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

export type LogInMutationVariables = Exact<{
  identifier: string;
  password: string;
}>;


export type LogInMutation = { login: { accessToken: string, expiresAt: string, refreshToken: string | null, mustChangePassword: boolean, viewer: { id: string, role: Role, name: string | null } } };

export type RefreshSessionMutationVariables = Exact<{
  refreshToken: string;
}>;


export type RefreshSessionMutation = { refreshSession: { accessToken: string, expiresAt: string, refreshToken: string | null, mustChangePassword: boolean } };

export type LogOutMutationVariables = Exact<{
  refreshToken?: string | null | undefined;
  everywhere?: boolean | null | undefined;
}>;


export type LogOutMutation = { logout: { message: string } };

export type ChangePasswordMutationVariables = Exact<{
  currentPassword: string;
  newPassword: string;
}>;


export type ChangePasswordMutation = { changePassword: { accessToken: string, expiresAt: string, refreshToken: string | null, mustChangePassword: boolean } };

export type MyRecordQueryVariables = Exact<{ [key: string]: never; }>;


export type MyRecordQuery = { me: { id: string, name: string | null, email: string | null, phone: string | null, mustChangePassword: boolean, linkConfirmationPending: boolean, customer: { id: string, name: string | null, phone: string | null, email: string | null, address: string | null, area: string | null, status: CustomerStatus, deliveryBoy: { name: string | null, phone: string | null } | null } | null } | null };

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

export type MyDeliveriesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  area?: string | null | undefined;
}>;


export type MyDeliveriesQuery = { myDeliveries: { count: { value: number, precision: CountPrecision }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string | null, phone: string | null, address: string | null, area: string | null, status: CustomerStatus }> } | null };

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

export const LogInDocument = new TypedDocumentString(`
    mutation LogIn($identifier: String!, $password: String!) {
  login(identifier: $identifier, password: $password) {
    accessToken
    expiresAt
    refreshToken
    mustChangePassword
    viewer {
      id
      role
      name
    }
  }
}
    `, {"hash":"sha256:7d01c1331f8bc6c8699fc00f8d0fe25ebecd622485ef41ae2c0723b5296d4786"}) as unknown as TypedDocumentString<LogInMutation, LogInMutationVariables>;
export const RefreshSessionDocument = new TypedDocumentString(`
    mutation RefreshSession($refreshToken: String!) {
  refreshSession(refreshToken: $refreshToken) {
    accessToken
    expiresAt
    refreshToken
    mustChangePassword
  }
}
    `, {"hash":"sha256:99c4197b956cc56f5722089ee293a951038f5197cba6313fa3c1311b7701d4ec"}) as unknown as TypedDocumentString<RefreshSessionMutation, RefreshSessionMutationVariables>;
export const LogOutDocument = new TypedDocumentString(`
    mutation LogOut($refreshToken: String, $everywhere: Boolean) {
  logout(refreshToken: $refreshToken, everywhere: $everywhere) {
    message
  }
}
    `, {"hash":"sha256:07839ecb58290150cba09185b16cb253a729e0f896f5038fcd9fdcf24a47a221"}) as unknown as TypedDocumentString<LogOutMutation, LogOutMutationVariables>;
export const ChangePasswordDocument = new TypedDocumentString(`
    mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
  changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {
    accessToken
    expiresAt
    refreshToken
    mustChangePassword
  }
}
    `, {"hash":"sha256:4cdc2fc22576fbb5afcb2c659cc4dc54aa5fe5fb389c5beafac2362afdbea32f"}) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const MyRecordDocument = new TypedDocumentString(`
    query MyRecord {
  me {
    id
    name
    email
    phone
    mustChangePassword
    linkConfirmationPending
    customer {
      id
      name
      phone
      email
      address
      area
      status
      deliveryBoy {
        name
        phone
      }
    }
  }
}
    `, {"hash":"sha256:16a44168168882335171810aba46be2abd6c23d8f7e4df885c63199a581c386a"}) as unknown as TypedDocumentString<MyRecordQuery, MyRecordQueryVariables>;
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
export const MyDeliveriesDocument = new TypedDocumentString(`
    query MyDeliveries($first: Int, $after: String, $area: String) {
  myDeliveries(first: $first, after: $after, area: $area) {
    count {
      value
      precision
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      name
      phone
      address
      area
      status
    }
  }
}
    `, {"hash":"sha256:269a77a3100d0e3f5b9d0c5068ef0df587336a37ffd413873c06310f0a4043bc"}) as unknown as TypedDocumentString<MyDeliveriesQuery, MyDeliveriesQueryVariables>;