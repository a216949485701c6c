import { describe, expect, it } from 'vitest';
import { normalizeName } from '../../src/customer-index/normalize-name.ts';

describe('a name as it is compared', () => {
  it.each([
    ['  Renée O’Brien-Das ', 'renee obrien das'],
    ['ÅSA Ñandú', 'asa nandu'],
    ['ﬁona Ｐriya', 'fiona priya'],
    ['İpek', 'ipek'],
  ])('%j is %j: case, accents, spacing and punctuation aside', (typed, compared) => {
    expect(normalizeName(typed)).toBe(compared);
  });

  it.each([
    ['प्रिया शर्मा', 'प्रया शर्मा'],
    ['की', 'का'],
    ['प्रिया', 'परिया'],
    ['கீதா', 'கதா'],
    ['ગીતા', 'ગતા'],
    ['গীতা', 'গতা'],
  ])('%j and %j stay two names: their marks are vowels', (one, other) => {
    expect(normalizeName(one)).not.toBe(normalizeName(other));
    expect(normalizeName(one)).toBe(one.normalize('NFC'));
  });

  it.each([
    ['a joiner in a conjunct', 'क्\u200dष', 'क्ष'],
    ['a non-joiner', 'श्री\u200cमान', 'श्रीमान'],
    ['a composed and a decomposed nukta', '\u095b\u0930\u0940\u0928', '\u091c\u093c\u0930\u0940\u0928'],
    ['Arabic short vowels', 'مُحَمَّد', 'محمد'],
    ['a stretched Arabic line', 'محـــمد', 'محمد'],
    ['a soft hyphen', 'Pri\u00adya', 'Priya'],
    ['a mark of direction', '\u200ePriya\u200f', 'Priya'],
    ['an emoji with what chooses its looks', 'Priya ❤️', 'Priya'],
    ['a family of emoji', 'Priya 👨‍👩‍👧', 'Priya'],
  ])('%s makes no difference', (_, one, other) => {
    expect(normalizeName(one)).toBe(normalizeName(other));
  });

  it('of nothing but emoji is no name', () => {
    expect(normalizeName('🌸❤️1️⃣'.replace('1️⃣', ''))).toBe('');
  });
});
