/**
 * Imports point one way: main → app → http, graphql → features → accounts → notifications, customer-index, journal, throttles → database; beside
 * these main → watcher → customer-index, journal.
 */
const features = '^src/(customers|delivery|reports|linking|backfill|export)/';
/** What every list answers with, and how it reads its arguments: below the features, though it lives beside the schema. */
const graphqlShapes =
  '^src/graphql/(acknowledgement|connection|cursor|list-name|page-args|page-place|selected-names)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'embedded-mongo-stands-alone',
      severity: 'error',
      comment: 'The embedded server knows nothing of customers.',
      from: { path: '^src/embedded-mongo/' },
      to: { path: '^src/', pathNot: '^src/embedded-mongo/' },
    },
    {
      name: 'embedded-mongo-is-reached-through-the-driver',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/embedded-mongo/' },
      to: { path: '^src/embedded-mongo/', pathNot: '^src/embedded-mongo/start\\.ts$' },
    },
    {
      name: 'playground-stands-alone',
      severity: 'error',
      from: { path: '^src/playground/' },
      to: { path: '^src/', pathNot: '^src/playground/' },
    },
    {
      name: 'database-is-the-floor',
      severity: 'error',
      from: { path: '^src/database/' },
      to: { path: '^src/', pathNot: '^src/(database/|errors\\.ts$|customer-index/customer-index-row\\.ts$)' },
    },
    {
      name: 'customer-index-looks-down',
      severity: 'error',
      from: { path: '^src/customer-index/' },
      to: { path: '^src/', pathNot: '^src/(customer-index|database)/|^src/errors\\.ts$' },
    },
    {
      name: 'throttles-look-down',
      severity: 'error',
      from: { path: '^src/throttles/' },
      to: { path: '^src/', pathNot: '^src/(throttles|database)/|^src/errors\\.ts$' },
    },
    {
      name: 'journal-looks-down',
      severity: 'error',
      from: { path: '^src/journal/' },
      to: { path: '^src/', pathNot: ['^src/(journal|database)/|^src/(errors|context)\\.ts$', graphqlShapes] },
    },
    {
      name: 'jobs-look-down',
      severity: 'error',
      comment: 'Long work knows nothing of what is done in it.',
      from: { path: '^src/jobs/' },
      to: { path: '^src/', pathNot: '^src/(jobs|database)/|^src/errors\\.ts$' },
    },
    {
      name: 'watcher-looks-down',
      severity: 'error',
      from: { path: '^src/watcher/' },
      to: { path: '^src/', pathNot: '^src/(watcher|customer-index|journal|database)/|^src/errors\\.ts$' },
    },
    {
      name: 'notifications-look-down',
      severity: 'error',
      from: { path: '^src/notifications/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(notifications|journal|throttles|database)/|^src/(errors|context)\\.ts$',
          graphqlShapes,
        ],
      },
    },
    {
      name: 'accounts-look-down',
      severity: 'error',
      from: { path: '^src/accounts/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(accounts|customer-index|journal|notifications|throttles|database)/|^src/(errors|context)\\.ts$',
          '^src/graphql/acknowledgement\\.ts$',
        ],
      },
    },
    {
      name: 'customers-look-down',
      severity: 'error',
      from: { path: '^src/customers/' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/(customers|accounts|customer-index|journal|notifications|throttles|database)/|^src/(errors|context)\\.ts$',
          graphqlShapes,
        ],
      },
    },
    {
      name: 'features-look-down',
      severity: 'error',
      from: { path: features },
      to: { path: '^src/(http|cli|graphql)/|^src/(app|main|permissions)\\.ts$', pathNot: graphqlShapes },
    },
    {
      name: 'graphql-and-http-look-down',
      severity: 'error',
      from: { path: '^src/(graphql|http)/' },
      to: { path: '^src/(cli/|app\\.ts$|main\\.ts$)' },
    },
    {
      name: 'app-looks-down',
      severity: 'error',
      from: { path: '^src/app\\.ts$' },
      to: { path: '^src/(main\\.ts$|cli/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    /** A type that is imported only as a type is no dependency at run time: `context.ts` names what it carries. */
    tsPreCompilationDeps: false,
  },
};
