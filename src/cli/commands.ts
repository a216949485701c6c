import type { Command } from 'commander';
import { auditCommand } from './audit-command.ts';
import { backfillCommand } from './backfill-command.ts';
import { backfillRevertCommand } from './backfill-revert-command.ts';
import { createAdminCommand } from './create-admin-command.ts';
import { demoCommand } from './demo-command.ts';
import { exportCommand } from './export-command.ts';
import { importCommand } from './import-command.ts';
import { importCustomersCommand } from './import-customers-command.ts';
import { keysCommand } from './keys-command.ts';
import { migrateCommand, reindexCommand } from './maintenance-commands.ts';
import { mongoCommand } from './mongo-command.ts';
import { qualityCommand } from './quality-command.ts';
import { releaseCredentialsCommand } from './release-credentials-command.ts';
import { revokeSessionsCommand } from './revoke-sessions-command.ts';
import { serveCommand } from './serve-command.ts';
import { statusCommand } from './status-command.ts';

/** The subcommands, in the order in which help lists them. */
export function createCommands(): Command[] {
  return [
    serveCommand(),
    statusCommand(),
    auditCommand(),
    qualityCommand(),
    exportCommand(),
    createAdminCommand(),
    importCommand(),
    importCustomersCommand(),
    backfillCommand(),
    backfillRevertCommand(),
    releaseCredentialsCommand(),
    revokeSessionsCommand(),
    keysCommand(),
    demoCommand(),
    migrateCommand(),
    reindexCommand(),
    mongoCommand(),
  ];
}
