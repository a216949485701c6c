/** Why a delivery record gets no login from a backfill: stable, for programs and spreadsheets. */
export const backfillFailureCodes = [
  'NO_PHONE',
  'MATCHES_EXISTING_LOGIN',
  'EMAIL_TAKEN',
  'DANGLING',
  'CONFLICT',
  'BAD_RECORD',
] as const;

export type BackfillFailureCode = (typeof backfillFailureCodes)[number];

/** The same for people, and what they can do about it. */
export const backfillFailureMessages: Readonly<Record<BackfillFailureCode, string>> = {
  NO_PHONE:
    'It has neither a valid phone nor an e-mail to which anything can be sent: nobody could be given a login. Complete the record.',
  MATCHES_EXISTING_LOGIN:
    'A login has the same phone or e-mail and the same name. If it is the same person, join them with linkCustomer, or leave this record as it is where that login has one already; if it is somebody else, give it a login of its own with createLogin.',
  EMAIL_TAKEN:
    'Another login has its e-mail. Correct the e-mail of one of them, or join them if it is the same person.',
  DANGLING: 'It is linked to a login that does not exist. Remove the link with clearLink.',
  CONFLICT:
    'Its links contradict those of others, or its id is missing or not its own. The audit names whom they concern.',
  BAD_RECORD: 'No login can be stored for it: it has no name, or the database refuses what would be written.',
};
