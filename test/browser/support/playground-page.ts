import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page, Route } from 'playwright-core';

/** The playground, opened in a fresh context, with everything that went wrong in it. */
export interface PlaygroundPage {
  page: Page;
  /** Addresses of requests that left the page's origin. */
  foreignRequests: string[];
  /** Uncaught errors, and errors on the console: violations of the content security policy among them. */
  problems: string[];
  logIn(identifier: string, password: string): Promise<void>;
  /** Opens an example by its title, runs it, and resolves to the whole text of the response pane. */
  runExample(title: string): Promise<string>;
  /** The whole text of the response pane, also what is scrolled out of sight. */
  responseText(): Promise<string>;
  /** Changes what the gateway answers to operations whose text holds `part`. */
  answer(part: string, change: (answer: CannedAnswer) => CannedAnswer | Promise<CannedAnswer>): Promise<void>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any shape.
export type CannedAnswer = any;

/** Opens `/graphql` of a gateway and waits for the editor. */
export async function openPlayground(
  browser: Browser,
  url: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<PlaygroundPage> {
  const origin = new URL(url).origin;
  const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const foreignRequests: string[] = [];
  const problems: string[] = [];
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin) {
      foreignRequests.push(request.url());
    }
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // A refused operation has an HTTP status of its own, which the browser notes; it is an answer all the same.
    const isRefusal =
      message.location().url === `${origin}/graphql` && message.text().startsWith('Failed to load');
    if (message.type() === 'error' && !isRefusal) problems.push(message.text());
  });

  await page.goto(`${origin}/graphql`);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();

  const responseText = async () => String(await page.evaluate(READ_RESPONSE));
  return {
    page,
    foreignRequests,
    problems,
    responseText,
    async logIn(identifier, password) {
      const form = page.getByRole('form', { name: 'Log in' });
      await form.getByLabel('E-mail or phone').fill(identifier);
      await form.getByLabel('Password').fill(password);
      await form.getByRole('button', { name: 'Log in' }).click();
    },
    async runExample(title) {
      // A title may occur in another one's description.
      await page
        .getByRole('button')
        .filter({ has: page.getByText(title, { exact: true }) })
        .click();
      const answered = page.waitForResponse(
        (response) => response.url() === `${origin}/graphql` && response.request().method() === 'POST',
      );
      await page.getByRole('button', { name: 'Execute query' }).click();
      const answer = await (await answered).json();
      // Asked from outside the page, whose content security policy lets nothing be evaluated in it again and again.
      for (;;) {
        const text = await responseText();
        if (isDeepStrictEqual(parsed(text), answer)) return text;
        await sleep(20);
      }
    },
    async answer(part, change) {
      await page.route(`${origin}/graphql`, async (route: Route) => {
        const request = route.request();
        if (request.method() !== 'POST' || !request.postData()?.includes(part)) return route.fallback();
        const response = await route.fetch();
        return route.fulfill({ response, json: await change(await response.json()) });
      });
    },
    close: () => context.close(),
  };
}

/** The editor shows only the lines in sight; its model holds them all. */
const READ_RESPONSE = `__MONACO.editor.getModels().find((model) => model.uri.path.endsWith('response.json'))?.getValue() ?? ''`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
