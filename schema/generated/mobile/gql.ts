/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation LogIn($identifier: String!, $password: String!) {\n  login(identifier: $identifier, password: $password) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n    viewer {\n      id\n      role\n      name\n    }\n  }\n}\n\nmutation RefreshSession($refreshToken: String!) {\n  refreshSession(refreshToken: $refreshToken) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n  }\n}\n\nmutation LogOut($refreshToken: String, $everywhere: Boolean) {\n  logout(refreshToken: $refreshToken, everywhere: $everywhere) {\n    message\n  }\n}\n\nmutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n  changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n  }\n}\n\nquery MyRecord {\n  me {\n    id\n    name\n    email\n    phone\n    mustChangePassword\n    linkConfirmationPending\n    customer {\n      id\n      name\n      phone\n      email\n      address\n      area\n      status\n      deliveryBoy {\n        name\n        phone\n      }\n    }\n  }\n}\n\nmutation ForgotPassword($identifier: String!) {\n  forgotPassword(identifier: $identifier) {\n    message\n  }\n}\n\nmutation ResetPassword($token: String!, $identifier: String, $newPassword: String!) {\n  resetPassword(token: $token, identifier: $identifier, newPassword: $newPassword) {\n    message\n  }\n}": typeof types.LogInDocument,
    "query MyDeliveries($first: Int, $after: String, $area: String) {\n  myDeliveries(first: $first, after: $after, area: $area) {\n    count {\n      value\n      precision\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      name\n      phone\n      address\n      area\n      status\n    }\n  }\n}": typeof types.MyDeliveriesDocument,
};
const documents: Documents = {
    "mutation LogIn($identifier: String!, $password: String!) {\n  login(identifier: $identifier, password: $password) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n    viewer {\n      id\n      role\n      name\n    }\n  }\n}\n\nmutation RefreshSession($refreshToken: String!) {\n  refreshSession(refreshToken: $refreshToken) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n  }\n}\n\nmutation LogOut($refreshToken: String, $everywhere: Boolean) {\n  logout(refreshToken: $refreshToken, everywhere: $everywhere) {\n    message\n  }\n}\n\nmutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n  changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n  }\n}\n\nquery MyRecord {\n  me {\n    id\n    name\n    email\n    phone\n    mustChangePassword\n    linkConfirmationPending\n    customer {\n      id\n      name\n      phone\n      email\n      address\n      area\n      status\n      deliveryBoy {\n        name\n        phone\n      }\n    }\n  }\n}\n\nmutation ForgotPassword($identifier: String!) {\n  forgotPassword(identifier: $identifier) {\n    message\n  }\n}\n\nmutation ResetPassword($token: String!, $identifier: String, $newPassword: String!) {\n  resetPassword(token: $token, identifier: $identifier, newPassword: $newPassword) {\n    message\n  }\n}": types.LogInDocument,
    "query MyDeliveries($first: Int, $after: String, $area: String) {\n  myDeliveries(first: $first, after: $after, area: $area) {\n    count {\n      value\n      precision\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      name\n      phone\n      address\n      area\n      status\n    }\n  }\n}": types.MyDeliveriesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation LogIn($identifier: String!, $password: String!) {\n  login(identifier: $identifier, password: $password) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n    viewer {\n      id\n      role\n      name\n    }\n  }\n}\n\nmutation RefreshSession($refreshToken: String!) {\n  refreshSession(refreshToken: $refreshToken) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n  }\n}\n\nmutation LogOut($refreshToken: String, $everywhere: Boolean) {\n  logout(refreshToken: $refreshToken, everywhere: $everywhere) {\n    message\n  }\n}\n\nmutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n  changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {\n    accessToken\n    expiresAt\n    refreshToken\n    mustChangePassword\n  }\n}\n\nquery MyRecord {\n  me {\n    id\n    name\n    email\n    phone\n    mustChangePassword\n    linkConfirmationPending\n    customer {\n      id\n      name\n      phone\n      email\n      address\n      area\n      status\n      deliveryBoy {\n        name\n        phone\n      }\n    }\n  }\n}\n\nmutation ForgotPassword($identifier: String!) {\n  forgotPassword(identifier: $identifier) {\n    message\n  }\n}\n\nmutation ResetPassword($token: String!, $identifier: String, $newPassword: String!) {\n  resetPassword(token: $token, identifier: $identifier, newPassword: $newPassword) {\n    message\n  }\n}"): typeof import('./graphql.js').LogInDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query MyDeliveries($first: Int, $after: String, $area: String) {\n  myDeliveries(first: $first, after: $after, area: $area) {\n    count {\n      value\n      precision\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    nodes {\n      id\n      name\n      phone\n      address\n      area\n      status\n    }\n  }\n}"): typeof import('./graphql.js').MyDeliveriesDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
