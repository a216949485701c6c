import type { Viewer } from '../accounts/viewer.ts';

/** Whoever runs commands on the database sees it unmasked. */
export const operator: Viewer = {
  loginKey: '',
  loginId: null,
  id: 'command line',
  role: 'ADMIN',
  name: null,
  email: null,
  phone: null,
  pendingEmail: null,
  mustChangePassword: false,
  sessionId: '',
};
