import { type Html, html } from './html.ts';

/** What of a form is shown again when it is refused; passwords never are. */
export type ResetValues =
  | { readonly kind: 'link'; readonly token: string }
  | { readonly kind: 'code'; readonly identifier: string; readonly code: string };

/** Why a form is shown again. */
export interface ResetFormState {
  readonly message?: string;
  /** The field that it is about; absent: none in particular. */
  readonly field?: 'identifier' | 'code' | 'newPassword';
}

/** The fields by which somebody proves who they are, and the new password. */
export function passwordFields(values: ResetValues, state: ResetFormState): Html {
  const newPassword = field({
    name: 'newPassword',
    label: 'New password',
    hint: 'At least 8 characters, 15 if you work here; at most 72 letters without accents. Several words in a row are good. Common passwords, and your own name, phone or e-mail, are refused.',
    attributes: html`type="password" autocomplete="new-password"`,
    value: '',
    state,
  });
  if (values.kind === 'link') {
    return html`<input type="hidden" name="token" value="${values.token}">
${newPassword}`;
  }
  return html`${field({
    name: 'identifier',
    label: 'E-mail or phone',
    hint: 'What you log in with, or the phone that the code was sent to.',
    attributes: html`type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="300"`,
    value: values.identifier,
    state,
  })}
${field({
  name: 'code',
  label: 'Code',
  hint: 'The 8 letters and digits in the message; capitals do not matter.',
  attributes: html`type="text" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="40"`,
  value: values.code,
  state,
})}
${newPassword}`;
}

interface Field {
  readonly name: NonNullable<ResetFormState['field']>;
  readonly label: string;
  readonly hint: string;
  readonly attributes: Html;
  readonly value: string;
  readonly state: ResetFormState;
}

/** A field that was refused has the focus, and is read out with what is wrong with it. */
function field({ name, label, hint, attributes, value, state }: Field): Html {
  const refused = state.field === name && state.message !== undefined;
  const error = refused
    ? html`<p id="${name}-error" role="alert" class="error">${state.message ?? ''}</p>\n`
    : html``;
  const described = refused ? `${name}-error ${name}-hint` : `${name}-hint`;
  const marks = refused ? html` aria-invalid="true" autofocus` : html``;
  const kept = value === '' ? html`` : html` value="${value}"`;
  return html`<div class="field">
<label for="${name}">${label}</label>
<p id="${name}-hint" class="quiet">${hint}</p>
${error}<input id="${name}" name="${name}" ${attributes}${kept} required aria-describedby="${described}"${marks}>
</div>`;
}
