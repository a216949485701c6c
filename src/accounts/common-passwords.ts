/**
 * Passwords that attackers try first, in lower case: all 49,000 of zxcvbn's list, which holds the 10,000 most common.
 * Read when the first password is chosen, since unpacking them takes 30 ms.
 */
export function commonPasswords(): Promise<ReadonlySet<string>> {
  loading ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].map((password) => password.toLowerCase())),
  );
  return loading;
}

let loading: Promise<ReadonlySet<string>> | undefined;
