import { AppError } from '../../errors.ts';
import type { FormPage } from './form-page.ts';
import { html } from './html.ts';
import type { Page } from './send-page.ts';

/**
 * `/confirm-email?token=…`: where the link leads that proves a new e-mail address. Opening it shows a button; pressing
 * the button confirms.
 *
 * @param confirm Throws AppError INVALID_OR_EXPIRED_TOKEN.
 */
export function confirmEmailPage(confirm: (token: string) => Promise<unknown>): FormPage {
  return {
    show(parameters) {
      const token = parameters.get('token') ?? '';
      return token === '' || token.length > maxTokenLength ? invalid : question(token);
    },
    async submit(form) {
      try {
        await confirm(form.get('token') ?? '');
        return confirmed;
      } catch (error) {
        if (error instanceof AppError && error.code === 'INVALID_OR_EXPIRED_TOKEN') return invalid;
        throw error;
      }
    },
  };
}

/** Ours have 43 characters. */
const maxTokenLength = 200;

/** The form is sent to this page without the token in its address: addresses are kept in histories and logs. */
function question(token: string): Page {
  return {
    title: 'Confirm your e-mail address',
    body: html`<p>Press the button to use this address from now on. Nothing has changed yet.</p>
<form method="post" action="confirm-email">
<input type="hidden" name="token" value="${token}">
<button type="submit">Confirm this address</button>
</form>`,
  };
}

const confirmed: Page = {
  title: 'Your e-mail address is confirmed',
  body: html`<p role="status">Log in with it from now on. You can close this page.</p>`,
};

const invalid: Page = {
  status: 400,
  title: 'Invalid or expired link',
  body: html`<p role="alert">Each link holds for one day and works once. If you have asked for several, only the last one works.</p>
<p class="quiet">If you have just confirmed this address, it is in use already: log in with it. Otherwise ask for a new link in your account.</p>`,
};
