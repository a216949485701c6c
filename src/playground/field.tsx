import { type ComponentProps, useId } from 'react';

/** A labelled text field of a form; `name` is what the form's data calls it. */
export function Field({ label, ...input }: { label: string; name: string } & ComponentProps<'input'>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} required spellCheck={false} autoCapitalize="none" {...input} />
    </div>
  );
}
