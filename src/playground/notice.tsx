import type { ReactNode } from 'react';
import type { GatewayError } from './gateway-client.ts';

/** A line below the header: something the reader should know, said to screen readers as well. */
export function Notice({ kind, children }: { kind: 'info' | 'warning'; children: ReactNode }) {
  return (
    <div className={`notice notice-${kind}`} role="status">
      {children}
    </div>
  );
}

/** A refusal, by its code and its text. */
export function ErrorNotice({ error }: { error: GatewayError }) {
  return (
    <div className="notice notice-error" role="alert">
      <code>{error.code}</code> {error.message}
    </div>
  );
}
