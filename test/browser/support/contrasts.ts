import type { Page } from 'playwright-core';

/** Of the text to what is behind it, by WCAG 2.2: 4.5 and more can be read. */
export async function contrasts(page: Page, selectors: readonly string[]): Promise<number[]> {
  const found = await Promise.all(selectors.map((selector) => colours(page, selector)));
  return found.map(([behind = [], text = []]) => {
    const [dark = 0, light = 0] = [luminance(behind), luminance(text)].sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  });
}

/** Red, green and blue of what is behind an element and of its text. */
export async function colours(page: Page, selector: string): Promise<number[][]> {
  const texts = await page.evaluate<string[]>(`(() => {
    let element = document.querySelector(${JSON.stringify(selector)});
    const text = getComputedStyle(element).color;
    while (getComputedStyle(element).backgroundColor === 'rgba(0, 0, 0, 0)') element = element.parentElement;
    return [getComputedStyle(element).backgroundColor, text];
  })()`);
  return texts.map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number));
}

/** Relative luminance, 0 to 1 (WCAG 2.2). */
export function luminance(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
