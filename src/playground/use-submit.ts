import { type SubmitEvent, useState } from 'react';
import type { GatewayError } from './gateway-client.ts';
import { toGatewayError } from './session.ts';

/** A form that sends its fields by script: whether it is sending, and what was refused last. */
export function useSubmit(send: (fields: Record<string, string>) => Promise<void>) {
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<GatewayError | null>(null);

  const onSubmit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = Object.fromEntries(
      [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]),
    );
    setIsSending(true);
    setError(null);
    try {
      await send(fields);
    } catch (thrown) {
      setError(toGatewayError(thrown));
    } finally {
      setIsSending(false);
    }
  };
  return { isSending, error, onSubmit };
}
