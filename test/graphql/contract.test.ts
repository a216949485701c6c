import { readFileSync } from 'node:fs';
import {
  buildSchema as buildSdlSchema,
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
} from 'graphql';
import { describe, expect, it } from 'vitest';

const contract = buildSdlSchema(read('schema/contract.graphql'));
const schema = buildSdlSchema(read('schema/schema.graphql'));

/** What this release serves of the contract, root fields aside: each of these is there whole. */
const served = [
  'DateTime PageInfo CountPrecision Count',
  'LinkState CustomerStatus Role LoginBlocker SourceSystem BillingIssue',
  'Customer CustomerLink Login DeliveryRecord FieldDifference DeliveryBoyContact',
  'CustomerConnection CustomerEdge CustomerFilter CustomerOrderField OrderDirection CustomerOrder',
  'IdentifierKind CustomerLookup CustomerFound CustomerAmbiguous CustomerNotFound LoginDiagnosis LoginDiagnosisStep',
  'CustomerStatusInput OnExisting ErrorCode CreateCustomerInput CreateCustomerResult CustomerCreated CustomerAlreadyExists ImportedCustomer ImportError',
  'UpdateCustomerInput UpdateCustomerResult CustomerUpdated',
  'DeliveryBoy DeliveryBoyConnection DeliveryBoyEdge Session Viewer Acknowledgement',
  'AssignDeliveryBoyResult DeliveryBoyAssigned AssignmentRefused DeliveryBoyAmbiguous DeliveryBoyNotFound NoDeliveryRecord AssignDeliveryBoyInput',
  'AssignedCustomer AssignedCustomerEdge AssignedCustomerConnection',
  'AuditEvent FieldChange AuditEventConnection AuditEventEdge CreateStaffInput',
  'DataQualityStatus DataQualityReport DataQualityPoint LinkageAudit AuditFinding',
  'Dashboard StatusCount AreaCount MonthCount',
  'BackfillRun BackfillFailure BackfillFailureEdge BackfillFailureConnection',
  'JobState BackfillPreview ReleaseRun RepairAction RepairRun RepairStep RepairStepConnection RepairStepEdge',
].flatMap((line) => line.split(' '));

const servedRootFields = {
  Query: [
    'me',
    'customer',
    'findCustomer',
    'loginDiagnosis',
    'customers',
    'deliveryBoys',
    'myDeliveries',
    'auditEvents',
    'linkageAudit',
    'dataQualityReport',
    'dashboard',
    'billingCustomers',
    'backfillRun',
    'backfillRuns',
    'releaseRun',
    'repairRun',
  ],
  Mutation: [
    'createStaff',
    'setRole',
    'setLoginActive',
    'unlockLogin',
    'login',
    'refreshSession',
    'logout',
    'changePassword',
    'setEmail',
    'confirmEmail',
    'forgotPassword',
    'resetPassword',
    'resendCredentials',
    'confirmLink',
    'updateCustomer',
    'createCustomer',
    'importCustomers',
    'createLogin',
    'createDeliveryRecord',
    'linkCustomer',
    'unlinkCustomer',
    'clearLink',
    'assignDeliveryBoy',
    'assignDeliveryBoys',
    'assignArea',
    'unassignDeliveryBoy',
    'startBackfill',
    'pauseBackfill',
    'resumeBackfill',
    'cancelBackfill',
    'retryBackfillFailures',
    'releaseCredentials',
    'pauseRelease',
    'resumeRelease',
    'revertBatch',
  ],
};

describe('schema/schema.graphql and the contract', () => {
  it.each(served)('serves %s word for word', (name) => {
    const promised = contract.getType(name);
    const type = schema.getType(name);
    expect(promised, `${name} is in the contract`).toBeDefined();
    expect(signature(type, promised)).toEqual(expect.arrayContaining(signature(promised)));
  });

  it.each(Object.entries(servedRootFields))('serves the root fields of %s word for word', (root, names) => {
    const promised = rootSignatures(contract.getType(root));
    const fields = rootSignatures(schema.getType(root), contract.getType(root));
    for (const name of names) expect(fields.get(name)).toBe(promised.get(name));
  });

  it('names nothing otherwise than the contract does', () => {
    for (const type of Object.values(schema.getTypeMap())) {
      const promised = contract.getType(type.name);
      if (promised === undefined || isIntrospectionType(type)) continue;
      const promisedLines = new Map(signature(promised).map((line) => [line.split(/[(:]/, 1)[0], line]));
      for (const line of signature(type, promised)) {
        const sameName = promisedLines.get(line.split(/[(:]/, 1)[0]);
        if (sameName !== undefined) expect(line, `${type.name}.${line}`).toBe(sameName);
      }
    }
  });

  it('describes every type, field, argument and value', () => {
    const silent: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type) || builtInScalars.has(type.name)) continue;
      const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
      if (!type.description && !isRoot) silent.push(type.name);
      if (isEnumType(type))
        for (const value of type.getValues())
          if (!value.description) silent.push(`${type.name}.${value.name}`);
      if (isObjectType(type) || isInputObjectType(type)) {
        for (const field of Object.values(type.getFields()))
          if (!field.description) silent.push(`${type.name}.${field.name}`);
      }
    }
    expect(silent).toEqual([]);
  });
});

const builtInScalars = new Set(['String', 'Boolean', 'Int', 'Float', 'ID']);

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * One line for each field, value or member of a type, with arguments, types and defaults; without the optional arguments that
 * the promised type does not have: there may be more.
 */
function signature(
  type: GraphQLNamedType | undefined,
  promised: GraphQLNamedType | undefined = type,
): string[] {
  if (type === undefined) return [];
  if (isEnumType(type)) return type.getValues().map((value) => value.name);
  if (isUnionType(type)) return type.getTypes().map((member) => member.name);
  if (isScalarType(type)) return [type.name];
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map(
      (field) => `${field.name}: ${field.type} = ${String(field.defaultValue)}`,
    );
  }
  return [...rootSignatures(type, promised).values()];
}

function fieldSignature(
  field: GraphQLField<unknown, unknown>,
  promised: GraphQLField<unknown, unknown> = field,
): string {
  const parameters = [...field.args]
    .filter(({ name, type }) => isNonNullType(type) || promised.args.some((one) => one.name === name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((argument) => `${argument.name}: ${argument.type} = ${String(argument.defaultValue)}`);
  return `${field.name}(${parameters.join(', ')}): ${field.type}`;
}

function rootSignatures(
  type: GraphQLNamedType | undefined,
  promised: GraphQLNamedType | undefined = type,
): Map<string, string> {
  if (!isObjectType(type)) return new Map();
  const known = isObjectType(promised) ? promised.getFields() : {};
  return new Map(
    Object.values(type.getFields()).map((field) => [field.name, fieldSignature(field, known[field.name])]),
  );
}
