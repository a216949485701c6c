/** Leaves log-ins out of the journal: most tests begin with one, and are about what comes then. */
export const noLogIns = { action: { $nin: ['LOGGED_IN', 'LOGIN_FAILED', 'LOGIN_LOCKED'] } } as const;
