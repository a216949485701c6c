export type ViewerRole = 'CUSTOMER' | 'ADMIN' | 'DELIVERY_BOY' | 'ANALYST';

/** One operation that the playground offers, ready to run. */
export interface Example {
  /** Unique; a few words. */
  title: string;
  /** One or two sentences: what comes back, and what to change. */
  description: string;
  query: string;
  variables?: Readonly<Record<string, unknown>>;
  /** Who is allowed to run it; empty: everybody who is logged in. */
  roles: readonly ViewerRole[];
}

/** What the first tab holds. */
export const WELCOME_QUERY = `# One customer where the database has two.
#
# 1. Log in above, by e-mail or phone.
# 2. Pick an example on the left, or write
#    here: Ctrl+Space completes,
#    Ctrl+Enter runs.
# 3. The book icon opens the docs.

query Welcome {
  me {
    id
    name
    role
  }
}
`;

const STAFF: readonly ViewerRole[] = ['ADMIN', 'ANALYST'];
const ADMIN: readonly ViewerRole[] = ['ADMIN'];

const SUMMARY = `fragment Summary on Customer {
  id
  name
  phone
  email
  area
  status
  systems
  link { state }
  deliveryBoy { name phone }
}
`;

/** All members of the lookup union: clients handle each of them, and members that they do not know. */
function lookupQuery(name: string): string {
  return `query ${name}($identifier: String!) {
  findCustomer(identifier: $identifier) {
    __typename
    ... on CustomerFound {
      matchedBy
      customer { ...Summary }
    }
    ... on CustomerAmbiguous {
      identifier
      totalCandidates
      candidates {
        matchedBy
        customer { ...Summary }
      }
    }
    ... on CustomerNotFound {
      identifier
      nearMisses {
        matchedBy
        customer { ...Summary }
      }
    }
  }
}

${SUMMARY}`;
}

function listQuery(name: string): string {
  return `query ${name}(
  $first: Int = 50
  $after: String
  $filter: CustomerFilter
) {
  customers(
    first: $first
    after: $after
    filter: $filter
  ) {
    count { value precision }
    pageInfo { hasNextPage endCursor }
    nodes {
      ...Summary
      canLogin
      loginBlockers
      link {
        userId
        customerV2Id
        conflictingIds
      }
    }
  }
}

${SUMMARY}`;
}

/** The examples, in the order of the list. Values are those of the demo data. */
export const EXAMPLES: readonly Example[] = [
  {
    title: 'Who am I',
    description: 'The login behind your token, and its customer if it has one.',
    roles: [],
    query: `query Me {
  me {
    id
    name
    role
    email
    phone
    mustChangePassword
    customer { id name link { state } }
  }
}
`,
  },
  {
    title: 'Customers of both systems',
    description:
      'Every customer once, with both halves and the delivery boy. For the next page, put endCursor into after.',
    roles: STAFF,
    variables: { first: 50, after: null },
    query: `query Customers(
  $first: Int = 50
  $after: String
) {
  customers(
    first: $first
    after: $after
    orderBy: { field: NAME, direction: ASC }
  ) {
    count { value precision }
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      name
      phone
      email
      address
      area
      status
      systems
      canLogin
      link { state userId customerV2Id }
      login {
        userId
        email
        isActive
        mustChangePassword
        lastLoginAt
      }
      delivery {
        customerV2Id
        name
        phone
        statusText
      }
      deliveryBoy { id name phone }
      differences {
        field
        usersValue
        customersV2Value
      }
    }
  }
}
`,
  },
  {
    title: 'The end of the list, backwards',
    description: 'The last page by name; with before = startCursor comes the page in front of it.',
    roles: STAFF,
    variables: { last: 20, before: null, orderBy: { field: 'NAME', direction: 'ASC' } },
    query: `query LastCustomers(
  $last: Int = 20
  $before: String
  $orderBy: CustomerOrder
) {
  customers(
    last: $last
    before: $before
    orderBy: $orderBy
  ) {
    pageInfo { hasPreviousPage startCursor }
    nodes { ...Summary }
  }
}

${SUMMARY}`,
  },
  {
    title: 'Customers in conflict',
    description: 'Links that contradict each other, with the ids of everyone involved.',
    roles: STAFF,
    variables: { first: 50, filter: { linkState: ['CONFLICT'] } },
    query: listQuery('CustomersInConflict'),
  },
  {
    title: 'Customers by search text',
    description: 'The beginning of any word of a name, a phone, an e-mail or an id; case does not matter.',
    roles: ADMIN,
    variables: { first: 50, filter: { search: 'sharma' } },
    query: listQuery('CustomersBySearch'),
  },
  {
    title: 'Customers who cannot log in',
    description: 'With every reason why; other filters can be added beside canLogin.',
    roles: STAFF,
    variables: { first: 50, filter: { canLogin: false } },
    query: listQuery('CustomersWhoCannotLogIn'),
  },
  {
    title: 'Find one by phone',
    description: 'However the number is written: with or without country code, spaces and dashes.',
    roles: ADMIN,
    variables: { identifier: '+91 98765 91887' },
    query: lookupQuery('FindByPhone'),
  },
  {
    title: 'Find one by e-mail',
    description: 'In upper or lower case.',
    roles: ADMIN,
    variables: { identifier: 'Priya.Nair@Example.com' },
    query: lookupQuery('FindByEmail'),
  },
  {
    title: 'Find by an ambiguous name',
    description: 'Several customers bear it: the answer names all candidates, and picks none.',
    roles: ADMIN,
    variables: { identifier: 'Ravi Kumar' },
    query: lookupQuery('FindByName'),
  },
  {
    title: 'Why somebody cannot log in',
    description:
      'For the support desk: what a caller says, what is in the way, and the operation that removes it, to be pasted here. Varun Phadke has no password.',
    roles: ADMIN,
    variables: { identifier: '098765 81858' },
    query: `query LoginDiagnosis($identifier: String!) {
  loginDiagnosis(identifier: $identifier) {
    lookup {
      __typename
      ... on CustomerFound {
        customer { ...Summary }
      }
      ... on CustomerAmbiguous {
        totalCandidates
        candidates {
          customer { ...Summary }
        }
      }
      ... on CustomerNotFound {
        nearMisses {
          customer { ...Summary }
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

${SUMMARY}`,
  },
  {
    title: 'One customer by id',
    description: 'The id of either half leads to the same customer. Put in one from the list.',
    roles: STAFF,
    variables: { id: '7350aff3-c83e-4010-86da-457697bbb076' },
    query: `query CustomerById($id: ID!) {
  customer(id: $id) {
    id
    name
    phone
    phoneE164
    email
    address
    area
    status
    isActive
    createdAt
    systems
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
    canLogin
    loginBlockers
    canResetPassword
    billingIssues
    deliveryBoy { id name phone }
    differences {
      field
      usersValue
      customersV2Value
    }
  }
}
`,
  },
  {
    title: 'Create a customer',
    description:
      'Login and delivery record at once; the temporary password is in the message (in development: a file under DATA_DIR/notifications). Run it twice to see who is known already.',
    roles: ADMIN,
    variables: {
      input: {
        name: 'Meera Krishnan',
        phone: '+91 98861 23456',
        email: 'meera.krishnan@example.com',
        address: '14, 2nd Cross, Koramangala',
        area: 'Koramangala',
        onExisting: 'ASK',
      },
    },
    query: `mutation CreateCustomer(
  $input: CreateCustomerInput!
) {
  createCustomer(input: $input) {
    __typename
    ... on CustomerCreated {
      adopted
      credentialsSentTo
      customer { ...Summary canLogin }
    }
    ... on CustomerAlreadyExists {
      candidates {
        matchedBy
        customer { ...Summary }
      }
    }
  }
}

${SUMMARY}`,
  },
  {
    title: 'Dashboard',
    description:
      'How many people there are, by status, by area and by month. Every figure is the length of the list whose filter its description names.',
    roles: STAFF,
    query: `query Dashboard {
  dashboard {
    totalUniqueCustomers
    legacyCustomers
    v2Customers
    linkedCustomers
    activeCustomers
    unassignedCustomers
    systemsInUse
    byStatus { status count }
    byArea(first: 5) { area count active }
    growth(months: 6) {
      month
      added
      total
      changePercent
    }
    asOf
  }
}
`,
  },
  {
    title: 'Who is billed',
    description:
      'Everybody to be billed, from both systems, and what has to be mended before they can be. As a file: /export/customers.csv?billing=true.',
    roles: STAFF,
    variables: { first: 20 },
    query: `query Billing(
  $first: Int
  $after: String
) {
  billingCustomers(
    first: $first
    after: $after
  ) {
    nodes {
      id
      name
      phoneE164
      address
      status
      systems
      billingIssues
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    count { value precision }
  }
}
`,
  },
  {
    title: 'Audit of the links',
    description:
      'How many customers there are in each state, and the first of those in conflict. Every list pages like customers does.',
    roles: STAFF,
    query: `query LinkageAudit {
  linkageAudit {
    linked { count }
    halfLinked { count }
    orphanedUsers { count }
    orphanedV2 { count }
    dangling { count }
    conflicts {
      count
      customers(first: 10) {
        nodes {
          ...Summary
          link {
            userId
            customerV2Id
            conflictingIds
          }
        }
      }
    }
    canLogin { count }
    cannotLogin { count }
    missingEmail { count }
    totalSyncIssues
    asOf
  }
}

${SUMMARY}`,
  },
  {
    title: 'Data quality',
    description: 'How well the two systems are linked, and how that went: a point a day, the last one now.',
    roles: STAFF,
    variables: { days: 30 },
    query: `query DataQuality($days: Int = 30) {
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
`,
  },
  {
    title: 'Link a login and a delivery record',
    description:
      'Makes one customer of two, or completes a half link, as that of Kavita Singh here. A refusal says what is in the way.',
    roles: ADMIN,
    variables: {
      userId: 'be366e73-4175-4261-8b47-d7df55f3971f',
      customerV2Id: 'dace322b-5c61-4263-abc1-0d6cfb14c1fb',
    },
    query: `mutation LinkCustomer(
  $userId: ID!
  $customerV2Id: ID!
) {
  linkCustomer(
    userId: $userId
    customerV2Id: $customerV2Id
  ) {
    ...Summary
    canLogin
    link { userId customerV2Id }
  }
}

${SUMMARY}`,
  },
  {
    title: 'Clear a link that is wrong',
    description:
      'Empties the link of one record, of a login (USERS) or a delivery record (CUSTOMERS_V2), and shows everybody whom that changes. Nisha Ghosh claims a record that is not there.',
    roles: ADMIN,
    variables: { system: 'USERS', id: 'f51d95b9-022d-46e8-bf49-872c6f5c2142' },
    query: `mutation ClearLink(
  $system: SourceSystem!
  $id: ID!
) {
  clearLink(system: $system, id: $id) {
    ...Summary
    link {
      userId
      customerV2Id
      conflictingIds
    }
  }
}

${SUMMARY}`,
  },
  {
    title: 'Take a customer apart',
    description:
      'Two customers where there was one: the login no longer reads the delivery record, and its sessions end.',
    roles: ADMIN,
    variables: { id: 'd6cc1601-539d-4f36-8d14-92783d8ea770' },
    query: `mutation UnlinkCustomer($id: ID!) {
  unlinkCustomer(id: $id) {
    ...Summary
  }
}

${SUMMARY}`,
  },
  {
    title: 'What happened',
    description: 'Who changed what, newest first; from, to and actions narrow it.',
    roles: ADMIN,
    variables: { first: 20, from: null },
    query: `query WhatHappened(
  $first: Int = 20
  $from: DateTime
) {
  auditEvents(
    first: $first
    from: $from
  ) {
    pageInfo { hasNextPage endCursor }
    nodes {
      at
      actorName
      actor
      description
      action
      subjectId
      changes { field before after }
    }
  }
}
`,
  },
  {
    title: 'The story of a customer',
    description:
      'What happened to both halves, by whom, other applications included; the id is of either half.',
    roles: ADMIN,
    variables: { subjectId: '7350aff3-c83e-4010-86da-457697bbb076', first: 50 },
    query: `query StoryOfACustomer(
  $subjectId: ID!
  $first: Int = 50
) {
  auditEvents(
    subjectId: $subjectId
    first: $first
  ) {
    count { value precision }
    pageInfo { hasNextPage endCursor }
    nodes {
      at
      actorName
      description
      changes { field before after }
    }
  }
}
`,
  },
  {
    title: 'Delivery boys and their customers',
    description: 'Each with the first customers on the round, and how many there are in all.',
    roles: STAFF,
    variables: { first: 20, customers: 10 },
    query: `query DeliveryBoys(
  $first: Int = 20
  $customers: Int = 10
) {
  deliveryBoys(first: $first) {
    count { value precision }
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      name
      phone
      isActive
      customers(first: $customers) {
        count { value precision }
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
  }
}
`,
  },
  {
    title: 'To whom nobody delivers',
    description:
      'Delivery records without a delivery boy who exists, to be given one by assignDeliveryBoy or assignArea.',
    roles: STAFF,
    query: `query Unassigned($first: Int = 50, $area: [String!]) {
  customers(
    first: $first
    filter: {
      hasDeliveryBoy: false
      hasDeliveryRecord: true
      area: $area
    }
    orderBy: { field: NAME, direction: ASC }
  ) {
    count { value precision }
    nodes {
      id
      name
      area
      address
      status
    }
  }
}
`,
  },
  {
    title: 'Credentials that wait to be released',
    description:
      'What a release would send, and to whom nothing. With backfillId: only to the logins of that backfill.',
    roles: ADMIN,
    variables: { backfillId: null },
    query: `query WaitingCredentials(
  $backfillId: ID
) {
  releasePreview(backfillId: $backfillId) {
    byEmail
    bySms
    unreachable
    inactive
    estimatedSmsCost
  }
}
`,
  },
  {
    title: 'Release credentials',
    description:
      'Makes temporary passwords for everybody who waits for one, and sends them: each once, so many a minute. releaseRun(id) tells how it stands.',
    roles: ADMIN,
    variables: { backfillId: null, perMinute: 60 },
    query: `mutation ReleaseCredentials(
  $backfillId: ID
  $perMinute: Int = 60
) {
  releaseCredentials(
    backfillId: $backfillId
    perMinute: $perMinute
  ) {
    id
    state
    total
  }
}
`,
  },
  {
    title: 'Start a backfill',
    description:
      'Gives every delivery record without a login one. A dry run, which writes nothing, unless dryRun is false.',
    roles: ADMIN,
    variables: { dryRun: true },
    query: `mutation StartBackfill(
  $dryRun: Boolean = true
) {
  startBackfill(dryRun: $dryRun) {
    id
    state
    total
  }
}
`,
  },
  {
    title: 'How the last backfill stands',
    description: 'Who got a login, or would, and who got none and why.',
    roles: ADMIN,
    variables: { first: 20 },
    query: `query BackfillProgress(
  $first: Int = 20
) {
  backfillRuns(first: 1) {
    id
    state
    dryRun
    total
    processed
    created
    skipped
    errors
    error
    preview { byEmail bySms unreachable inactive estimatedSmsCost }
    createdCustomers(first: $first) {
      pageInfo { hasNextPage endCursor }
      nodes { id name phone email status }
    }
    failures(first: $first) {
      pageInfo { hasNextPage endCursor }
      nodes { customerV2Id code message }
    }
  }
}
`,
  },
];
