/** A test that is left out by name. */
export interface LeftOut {
  /** "folder/file". */
  file: string;
  /** Which of its tests; all of them when absent. */
  test?: RegExp;
  reason: string;
}

/**
 * What is left out, with the reason. Nothing else is left out but what the files themselves ask for
 * (`runOnRequirements`). All are run nevertheless: one that passes is reported as failed until it leaves this list.
 */
export const leftOut: readonly LeftOut[] = [
  { file: 'crud/aggregate-let', test: /to collection with let/, reason: 'not served: $out' },
  { file: 'crud/aggregate-out', reason: 'not served: $out' },
  {
    file: 'crud/aggregate-out-readConcern',
    test: /(majority|local|available) with out stage/,
    reason: 'not served: $out',
  },
  { file: 'crud/aggregate-write-readPreference', test: /\$out/, reason: 'not served: $out' },
  { file: 'crud/db-aggregate-write-readPreference', test: /\$out/, reason: 'not served: $out' },
  { file: 'crud/bypassDocumentValidation', test: /\$out/, reason: 'not served: $out' },
  { file: 'crud/aggregate-merge', reason: 'not served: $merge' },
  { file: 'crud/aggregate-merge-errorResponse', reason: 'not served: $merge' },
  { file: 'crud/aggregate-write-readPreference', test: /\$merge/, reason: 'not served: $merge' },
  { file: 'crud/db-aggregate-write-readPreference', test: /\$merge/, reason: 'not served: $merge' },
  { file: 'crud/db-aggregate', reason: 'not served: $listLocalSessions' },
  { file: 'crud/db-aggregate-rawdata', reason: 'not served: $listLocalSessions' },
  { file: 'crud/estimatedDocumentCount', test: /views/, reason: 'not served: views' },
  { file: 'crud/findOneAndUpdate-errorResponse', test: /validation/, reason: 'not served: validators' },
  {
    file: 'change-streams/change-streams-disambiguatedPaths',
    test: /^disambiguatedPaths (is present|returns)/,
    reason: 'not served: showExpandedEvents',
  },
  {
    file: 'change-streams/change-streams-showExpandedEvents',
    test: /^when (provided|showExpandedEvents is true)/,
    reason: 'not served: showExpandedEvents',
  },
  {
    file: 'crud/bypassDocumentValidation',
    test: /^(BulkWrite|FindOneAndReplace|FindOneAndUpdate|InsertMany) passes/,
    reason: 'the driver never sends bypassDocumentValidation: false',
  },
  {
    file: 'crud/create-null-ids',
    test: /via (insertOne|insertMany|bulkWrite)$/,
    reason: 'the driver gives an _id of null a new ObjectId',
  },
];
