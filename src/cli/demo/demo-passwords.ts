/**
 * The one password of every demo log-in that has a usable hash: 25 characters, so that it holds for admins
 * too (at least 15), and no name, phone or e-mail of the data set is in it. It is public: demo data only.
 */
export const DEMO_PASSWORD = 'saffron-kettle-harbour-27';

/**
 * bcrypt hashes of {@link DEMO_PASSWORD}, made beforehand: hashing takes 220 ms each and draws a salt, and
 * demo data has to be instant and repeatable. `$2a$` and `$2y$` are the same computation under the older
 * names (Python's passlib and PHP wrote them).
 */
export const DEMO_PASSWORD_HASHES = {
  bcrypt2bCost12: [
    '$2b$12$xzt/mhTUXPQ7tkLP4Vg5sueMkyyl2avDmkjOtGwv0dbFcrVZE7zRu',
    '$2b$12$d55QM.v.3gMqqhwO4A9Gy.9QktubAR2op6VPoWUkP2L3uJeoJ00yq',
    '$2b$12$0U8zJ6LYOvxlcF2hUlg2IOYQMZKA2S4C/HKgl1O6eCf4fdpRAiOnW',
  ],
  bcrypt2bCost10: [
    '$2b$10$wFImWyOVU3A22gqKpd/HS.OgErYz2c4ASSRhZTaml.g3ofxbiDNqi',
    '$2b$10$ibAhGWK.RrXvaozy8FEj.OZwsX/Z2P3Y9g5Z1.ryWlWRo6JlU7voW',
  ],
  bcrypt2aCost10: ['$2a$10$u5G9ui4P0BMrWZVRNDUYNepbgJLxBwAJTXaFxSxT.daKdCYbp42My'],
  bcrypt2yCost10: ['$2y$10$QfTIyedQefWe5lMmXtJ.ee3AahVYlQXXfHRqEE3L2wa/OatyCIXvW'],
} as const satisfies Record<string, readonly string[]>;
