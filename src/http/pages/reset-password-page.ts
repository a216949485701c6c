import { isUnavailable } from '../../database/unavailable.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { FormPage } from './form-page.ts';
import { type Html, html } from './html.ts';
import { passwordFields, type ResetFormState, type ResetValues } from './reset-password-form.ts';
import type { Page } from './send-page.ts';

/** Gives a login a new password, to whoever has the link or the code; see `accounts/reset-password.ts`. */
export type ResetPassword = (input: {
  readonly token: string;
  /** Null with a link. */
  readonly identifier: string | null;
  readonly newPassword: string;
  readonly clientAddress: string;
}) => Promise<{ readonly message: string }>;

/**
 * `/reset-password?token=…`: where the link leads that somebody has asked for who forgot their password. Without a token,
 * the page of those who were sent a code by SMS. Opening it changes nothing; what was typed stays when it is refused, but
 * never the password.
 *
 * @param reset Throws AppError INVALID_OR_EXPIRED_TOKEN, BAD_USER_INPUT (`newPassword`, `identifier`), RATE_LIMITED,
 *   UNAVAILABLE, CONFLICT.
 */
export function resetPasswordPage(reset: ResetPassword): FormPage {
  return {
    show(parameters) {
      const token = parameters.get('token');
      if (token === null || token === '') return formPage({ kind: 'code', identifier: '', code: '' });
      return token.length > maxTokenLength ? invalidLink : formPage({ kind: 'link', token });
    },
    async submit(form, clientAddress) {
      const values = valuesOf(form);
      const missing = firstMissing(values, form.get('newPassword') ?? '');
      if (missing !== null) return formPage(values, { status: 400, ...missing });
      const [token, identifier] =
        values.kind === 'link' ? [values.token, null] : [values.code, values.identifier];
      try {
        const newPassword = form.get('newPassword') ?? '';
        const { message } = await reset({ token, identifier, newPassword, clientAddress });
        return changed(message);
      } catch (error) {
        const refusal = refusalOf(error, values);
        if (refusal === null) throw error;
        return refusal;
      }
    },
  };
}

/** Ours have 43 characters. */
const maxTokenLength = 200;

/** Which of the two forms was sent, and what of it is shown again. */
function valuesOf(form: URLSearchParams): ResetValues {
  const token = form.get('token');
  if (token !== null && token !== '') return { kind: 'link', token };
  return {
    kind: 'code',
    identifier: (form.get('identifier') ?? '').trim(),
    code: (form.get('code') ?? '').trim(),
  };
}

type FieldError = Required<Pick<ResetFormState, 'field' | 'message'>>;

/** Browsers ask for what is missing themselves; not all of them. */
function firstMissing(values: ResetValues, newPassword: string): FieldError | null {
  if (values.kind === 'code' && values.identifier === '')
    return { field: 'identifier', message: 'Type the e-mail or phone that you log in with.' };
  if (values.kind === 'code' && values.code === '')
    return { field: 'code', message: 'Type the code that was sent to you.' };
  return newPassword === '' ? { field: 'newPassword', message: 'Choose a new password.' } : null;
}

/** Null for what is nobody's business. */
function refusalOf(error: unknown, values: ResetValues): Page | null {
  if (isUnavailable(error)) return formPage(values, { status: 503, message: unavailable });
  if (!(error instanceof AppError)) return null;
  if (error.code === 'INVALID_OR_EXPIRED_TOKEN') {
    if (values.kind === 'link') return invalidLink;
    return formPage(
      { ...values, code: '' },
      {
        status: 400,
        field: 'code',
        message:
          'This code is not right for what you log in with, or no longer. It holds for ten minutes and works once; after five tries ask for another one.',
      },
    );
  }
  const status = statuses[error.code] ?? 400;
  const { argument } = error.details;
  const field = error.code === 'BAD_USER_INPUT' ? fieldOf(argument, values) : null;
  const message = error.code === 'UNAVAILABLE' ? unavailable : error.message;
  return formPage(values, { status, message, ...(field != null && { field }) });
}

function fieldOf(argument: unknown, { kind }: ResetValues): ResetFormState['field'] | null {
  if (argument === 'newPassword') return 'newPassword';
  if (kind === 'link') return null;
  if (argument === 'identifier') return 'identifier';
  return argument === 'token' ? 'code' : null;
}

const unavailable = 'We cannot reach our records now. Try again in a minute.';
const statuses: Partial<Record<ErrorCode, number>> = { CONFLICT: 409, RATE_LIMITED: 429, UNAVAILABLE: 503 };

function formPage(values: ResetValues, refusal: { status: number } & ResetFormState = { status: 200 }): Page {
  const { status, ...state } = refusal;
  const failed = state.message !== undefined;
  return {
    status,
    title: 'Choose a new password',
    ...(failed && { windowTitle: 'Error: Choose a new password' }),
    body: html`${failed ? nothing : introductions[values.kind]}${generalAlert(state)}<form method="post" action="reset-password">
${passwordFields(values, state)}
<button type="submit">Set the new password</button>
</form>${values.kind === 'code' ? noCode : nothing}`,
  };
}

/** What is wrong with no field in particular; what is wrong with one is said there. */
function generalAlert({ field, message }: ResetFormState): Html {
  return message === undefined || field !== undefined
    ? nothing
    : html`<p role="alert" class="error">${message}</p>
`;
}

const nothing = html``;
const introductions: Readonly<Record<ResetValues['kind'], Html>> = {
  link: html`<p>Nothing has changed yet. Every device that is logged in now will be logged out.</p>
`,
  code: html`<p>For whoever was sent a code by SMS. Every device that is logged in now will be logged out.</p>
`,
};
const noCode = html`
<p class="quiet after">No code? Ask for one where you log in. A link that was sent by e-mail opens this page by itself.</p>`;

/** @param message Says by what to log in. */
function changed(message: string): Page {
  return {
    title: 'Your password is changed',
    body: html`<p role="status">${message}</p>
<p>Every device that was logged in has been logged out. You can close this page.</p>`,
  };
}

const invalidLink: Page = {
  status: 400,
  title: 'Invalid or expired link',
  body: html`<p role="alert">Each link holds for one hour and works once. If you have asked for several, only the last one works.</p>
<p class="quiet">If you have just changed your password, log in with it. Otherwise ask for a new link where you log in. You were sent a code instead? <a href="reset-password">Enter the code</a>.</p>`,
};
