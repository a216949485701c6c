/** Prints text, and waits while whoever reads is slower: what is long is never gathered in memory. */
export type Print = (text: string) => Promise<void>;

/** Whoever read the output has closed it, as `head` does when it has enough. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

/** Prints to stdout. @throws OutputClosedError */
export const print: Print = (text) =>
  new Promise((resolve, reject) => {
    // The callback tells of the error; without a listener the stream would end the process beforehand.
    if (!process.stdout.listeners('error').includes(ignore)) process.stdout.on('error', ignore);
    process.stdout.write(text, (error) => {
      if (error == null) resolve();
      else reject('code' in error && error.code === 'EPIPE' ? new OutputClosedError() : error);
    });
  });

function ignore(): void {}

/** Stored text on a terminal: one line, and none of what moves its cursor or colours it. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
