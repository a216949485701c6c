import { Html } from './html.ts';

/** The style of every page: inline, so that a page is one request. Contrasts are 4.5:1 and more (WCAG 2.2, 1.4.3). */
export const pageStyle = new Html(`
:root { color-scheme: light dark; --page: #f4f4f1; --card: #fff; --text: #1d1d1b; --quiet: #55554f; --line: #d9d9d3; --action: #0b5f4b; --on-action: #fff; --error: #a3221b; }
@media (prefers-color-scheme: dark) { :root { --page: #171816; --card: #232421; --text: #efefea; --quiet: #b4b4ac; --line: #3d3e39; --action: #7fd6bd; --on-action: #0c241d; --error: #ffa79f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 28rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 0.75rem; font-size: 1.375rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
p:last-child { margin-bottom: 0; }
form { display: grid; gap: 1rem; margin: 0; }
label { display: grid; gap: 0.25rem; font-weight: 600; }
input { min-height: 44px; padding: 0.5rem 0.75rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--quiet); border-radius: 0.5rem; }
button { min-height: 44px; padding: 0.5rem 1.25rem; font: inherit; font-weight: 600; color: var(--on-action); background: var(--action); border: 1px solid transparent; border-radius: 0.5rem; cursor: pointer; }
:focus-visible { outline: 3px solid var(--action); outline-offset: 3px; }
.quiet { color: var(--quiet); }
.error { color: var(--error); font-weight: 600; }
.field { display: grid; gap: 0.25rem; }
.field p { margin: 0; font-size: 0.875rem; }
.after { margin-top: 1rem; }
input { width: 100%; }
input[aria-invalid] { border: 2px solid var(--error); }
a { color: var(--action); }
`);
